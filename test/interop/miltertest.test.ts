/** Debian's miltertest, which speaks libmilter's protocol on its own, against `dktool serve`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runProgram, temporaryFolder } from '../support/bin.ts';
import { needProgram } from '../support/peers.ts';
import { startService } from '../support/service.ts';
import { keyPath } from '../support/vectors.ts';

const MESSAGE_OF = `
local function fail(what) error(what) end
local function message(conn, client, macros)
  mt.macro(conn, SMFIC_CONNECT, "j", "mx.example.org")
  if mt.conninfo(conn, "client.example", client) ~= nil then fail("conninfo") end
  if mt.helo(conn, "client.example") ~= nil then fail("helo") end
  for name, value in pairs(macros) do mt.macro(conn, SMFIC_MAIL, name, value) end
  if mt.mailfrom(conn, "<ada@example.com>") ~= nil then fail("mailfrom") end
  if mt.header(conn, "Authentication-Results", "mx.example.org; dkim=pass") ~= nil then fail("header") end
  if mt.header(conn, "From", "Ada <ada@example.com>") ~= nil then fail("header") end
  if mt.header(conn, "Authentication-Results", "other.example; dkim=pass") ~= nil then fail("header") end
  if mt.header(conn, "Subject", "hello\\n there") ~= nil then fail("header") end
  if mt.eoh(conn) ~= nil then fail("eoh") end
  if mt.bodystring(conn, "hello\\r\\n") ~= nil then fail("body") end
  if mt.eom(conn) ~= nil then fail("eom") end
end
`;

const VERIFIES = `${MESSAGE_OF}
local conn = mt.connect(SOCKET)
if conn == nil then fail("connect") end
message(conn, "192.0.2.1", {})
if mt.getreply(conn) ~= SMFIR_CONTINUE and mt.getreply(conn) ~= SMFIR_ACCEPT then fail("reply") end
if not mt.eom_check(conn, MT_HDRINSERT, "Authentication-Results") then fail("no field was inserted") end
if not mt.eom_check(conn, MT_HDRDELETE, "Authentication-Results") then fail("the forged field is still there") end
if mt.eom_check(conn, MT_HDRINSERT, "DKIM-Signature") then fail("it was signed") end
mt.disconnect(conn)
`;

const SIGNS = `${MESSAGE_OF}
local conn = mt.connect(SOCKET)
for i = 1, 3 do
  message(conn, "192.0.2.1", { ["{auth_type}"] = "PLAIN" })
  if not mt.eom_check(conn, MT_HDRINSERT, "DKIM-Signature") then fail("it was not signed") end
  if mt.eom_check(conn, MT_HDRINSERT, "Authentication-Results") then fail("it was judged") end
end
mt.disconnect(conn)
`;

it.for([
  ['a message of somebody else is judged', VERIFIES],
  ['messages of an authenticated sender are signed', SIGNS],
] as const)('%s', async ([, script], { skip }) => {
  const miltertest = needProgram('miltertest', 'miltertest', skip);
  const folder = temporaryFolder();
  const socket = join(folder, 'milter');
  writeFileSync(join(folder, 'KeyTable'), `a example.com:rsa2048:${keyPath('rsa2048')}\n`);
  writeFileSync(join(folder, 'script.lua'), script);
  await startService([
    '--milter',
    `unix:${socket}`,
    '--both',
    '--key-table',
    join(folder, 'KeyTable'),
    '--zone',
    '/dev/null',
  ]);
  const run = await runProgram(miltertest, ['-D', `SOCKET=local:${socket}`, '-s', join(folder, 'script.lua')]);
  expect(run).toEqual({ status: 0, stdout: '', stderr: '' });
});
