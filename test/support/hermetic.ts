/** The tests are the same on every machine, whatever its shell, user and folder hand on. Vitest's configuration loads this. */
/** Languages, time zones, colours, and what is meant for the programs that are tested. */
const PUT_ASIDE =
  /^(?:LANG|LANGUAGE|LC_\w+|TZ|NO_COLOR|FORCE_COLOR|CLICOLOR\w*|DKTOOL_(?!REQUIRE_PEERS$)\w+|QMAIL\w*)$/;

for (const name of Object.keys(process.env)) if (PUT_ASIDE.test(name)) delete process.env[name];
process.umask(0o022);
