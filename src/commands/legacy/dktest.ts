/** The `dktest` of libdomainkeys: its arguments, its output and its statuses, without its faults. */
import { DKTEST_COMMENT } from '../../console/verify/annotate.ts';
import { ClosedPipeError } from '../../console/streams/bytes.ts';
import type { Context } from '../../console/context.ts';
import { environmentSettings } from '../../console/options/environment.ts';
import { getopt } from './getopt.ts';
import { loadPrivateKey } from '../../console/keys/key-file.ts';
import { resolverOf } from '../../console/options/resolver.ts';
import { complain } from '../../console/terminal/complain.ts';
import { InputJudge } from '../../console/verify/judge.ts';
import type { DomainKeysCanonicalization } from '../../lib/canonicalize/header.ts';
import type { DomainKeysSignedHeaders } from '../../lib/domainkeys/sign.ts';
import {
  DK_STATUSES,
  type DkStatus,
  type DkStatusCode,
  dkStatus,
  messageDkStatus,
} from '../../lib/domainkeys/status.ts';
import { DktoolError } from '../../lib/errors.ts';
import { isDomainName } from '../../lib/syntax/domain-name.ts';
import type { MessageSplitter } from '../../lib/message/message-splitter.ts';
import { MessageSigner } from '../../lib/sign-message.ts';
import type { DomainKeysMessageVerdict } from '../../lib/domainkeys/verdict.ts';
import type { MessageVerdict } from '../../lib/verify-message.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';

const USAGE = 'dktest: [-f] [-b#] [-c nofws|simple] [-v|-s selector] [-h] [-t#] [-r] [-T]\n';

/** `-b` and `-T` are taken and do nothing: there are no buffers of fixed size any more, and nobody reads the traces. */
const LETTERS = 'fb:c:vs:ht:rT';

/** Ends a run with status 1 and a line on stderr. */
class Failure extends Error {}

interface Settings {
  /** `-t`: show something instead of the usual lines. */
  readonly test: number | undefined;
  /** `-f`: where in libdomainkeys an error would have come from. */
  readonly place: string;
}

/**
 * Run one command line of dktest.
 *
 * @returns the exit status: 0, or 1 for everything that is not success, as it always was
 */
export async function dktest(args: readonly string[], context: Context): Promise<0 | 1> {
  try {
    return await run(args, context);
  } catch (error) {
    complain(error, 'dktest', context);
    return 1;
  }
}

async function run(args: readonly string[], context: Context): Promise<0 | 1> {
  const { options, problem } = getopt(args, LETTERS);
  const keyPath = options.get('s');
  const wantsVerdict = options.has('v');
  if (problem !== undefined) diagnostics(context, { program: 'dktest' }).say(problem);
  if (problem !== undefined || wantsVerdict === (keyPath !== undefined)) {
    context.stderr.write(USAGE);
    return 1;
  }
  const settings: Settings = {
    test: options.has('t') ? Number.parseInt(options.get('t')!, 10) : undefined,
    place: options.has('f') ? 'domainkeys.c(1226):' : '',
  };
  try {
    const canon = canonicalization(options.get('c'));
    const signedHeaders = options.has('r') ? 'unique' : options.has('h') ? 'all' : 'none';
    if (settings.test !== undefined && settings.test >= 100 && settings.test <= 140) {
      context.stdout.write(`${statusText(DK_STATUSES[settings.test - 100])}\n`);
    } else if (keyPath !== undefined) {
      await sign(keyPath, canon, signedHeaders, settings, context);
    } else {
      await verify(settings, context);
    }
    return 0;
  } catch (error) {
    if (error instanceof ClosedPipeError) return 1;
    if (!(error instanceof Failure) && !(error instanceof DktoolError)) throw error;
    diagnostics(context, { program: 'dktest' }).say(error.message);
    return 1;
  }
}

function canonicalization(text = 'simple'): DomainKeysCanonicalization {
  if (text === 'simple' || text === 'nofws') return text;
  throw new Failure('unrecognized canonicalization.');
}

function statusText(status: DkStatus | undefined): string {
  return status === undefined ? 'DK_STAT_UNKNOWN: unknown status' : `DK_STAT_${status.code}: ${status.text}`;
}

function failure(code: DkStatusCode, { place }: Settings): Failure {
  return new Failure(place + statusText(dkStatus(code)));
}

const CHUNK = 64 * 1024;

function* chunksOf({ stdin }: Context): Iterable<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  for (let length = stdin.read(buffer); length > 0; length = stdin.read(buffer)) yield buffer.subarray(0, length);
}

/** Which status a message ends with that cannot be signed or judged at all. */
function messageStatus(error: DktoolError): DkStatusCode {
  return error.kind === 'temporary' || error.code === 'header-over-limit' ? 'NORESOURCE' : 'SYNTAX';
}

async function sign(
  path: string,
  canon: DomainKeysCanonicalization,
  signedHeaders: DomainKeysSignedHeaders,
  settings: Settings,
  context: Context,
): Promise<void> {
  const privateKey = await loadKey(path, settings);
  const selector = path.slice(path.lastIndexOf('/') + 1);
  if (!isDomainName(selector)) throw failure('ARGS', settings);
  const signer = new MessageSigner({
    headerCanonicalization: 'relaxed',
    bodyCanonicalization: 'relaxed',
    hashes: [],
    timestamp: 0,
    lifetime: undefined,
    identity: undefined,
    bodyLength: false,
    copiedHeaders: false,
    domainkeys: { canonicalization: canon, signedHeaders, layout: 'dktest' },
  });
  context.stdout.write(
    signedText(() => {
      for (const chunk of chunksOf(context)) signer.write(chunk);
      signer.end();
      const { field, localPart, spelledDomain: domain } = signer.sender!;
      const shown = testLines(settings.test, { field, localPart, domain, names: fieldNames(signer.message) });
      const { fields } = signer.sign([], { domain, selector, privateKey });
      // Whatever the message has, these lines end in LF.
      return shown ?? `${DKTEST_COMMENT}\n${fields.toString('latin1').replaceAll('\r\n', '\n')}`;
    }, settings),
  );
}

function signedText(text: () => string, settings: Settings): string {
  try {
    return text();
  } catch (error) {
    if (!(error instanceof DktoolError)) throw error;
    throw failure(messageStatus(error), settings);
  }
}

function fieldNames({ header }: MessageSplitter): readonly string[] {
  return header?.fields.map((field) => header.spelledName(field)) ?? [];
}

async function loadKey(path: string, settings: Settings) {
  try {
    const { type, key } = await loadPrivateKey(path);
    if (type !== 'rsa') throw failure('NORESOURCE', settings);
    return key;
  } catch (error) {
    if (!(error instanceof DktoolError)) throw error;
    const isUnreadable = error.code.startsWith('key-file-') && error.code !== 'key-file-too-large';
    throw isUnreadable ? new Failure(`can't open private key file ${path}`) : failure('BADKEY', settings);
  }
}

async function verify(settings: Settings, context: Context): Promise<void> {
  const { dns, now } = environmentSettings(context);
  const judge = new InputJudge(await resolverOf(dns, context), { now, legacy: true });
  const { verdict, names, code } = await judgeStdin(judge, context);
  const sender = verdict?.domainkeys.sender;
  const facts = sender && { ...sender, domain: sender.spelledDomain, names };
  const isFlagsTest = settings.test === 6 || settings.test === 10;
  const shown = isFlagsTest ? flagsLine(verdict?.domainkeys, settings.test === 6) : testLines(settings.test, facts);
  const status = dkStatus(code);
  context.stdout.write(shown ?? `${DKTEST_COMMENT}\nDomainKey-Status: ${status.word}\n`);
  if (status.code !== 'OK') throw failure(status.code, settings);
}

async function judgeStdin(
  judge: InputJudge,
  context: Context,
): Promise<{ verdict: MessageVerdict | undefined; names: readonly string[]; code: DkStatusCode }> {
  try {
    const { verdict, message } = await judge.judgeChunks(chunksOf(context));
    const { signatures, sender } = verdict.domainkeys;
    return { verdict, names: fieldNames(message), code: messageDkStatus(signatures, sender !== undefined).code };
  } catch (error) {
    if (!(error instanceof DktoolError)) throw error;
    return { verdict: undefined, names: [], code: messageStatus(error) };
  }
}

interface TestFacts {
  readonly field: 'from' | 'sender';
  readonly localPart: string;
  readonly domain: string;
  readonly names: readonly string[];
}

/**
 * What `-t` shows of a message: 7 its sending domain, 9 the names of its header fields, 11 its sending address behind an F or
 * S for the field that it comes from (N: there is none). The others were tests of libdomainkeys itself.
 */
function testLines(test: number | undefined, facts: TestFacts | undefined): string | undefined {
  if (test === undefined) return undefined;
  if (test === 7) return `${facts?.domain ?? ''}\n`;
  if (test === 9) return `${facts?.names.join(':') ?? ''}\n`;
  if (test === 11) {
    return facts === undefined ? 'N\n' : `${facts.field === 'from' ? 'F' : 'S'}${facts.localPart}@${facts.domain}\n`;
  }
  throw new Failure(`-t ${test} was a test of libdomainkeys itself: 6, 7, 9, 10, 11 and 100 to 140 are left`);
}

/** `+` a key or policy was read, `t` it has t=y, `s` o=-, `g` the key has a g= that is not empty. */
function flagsLine(domainkeys: DomainKeysMessageVerdict | undefined, withPolicy: boolean): string {
  const key = domainkeys?.signatures.find(({ isChosen }) => isChosen);
  const policy = withPolicy ? domainkeys?.policy : undefined;
  const flags = [
    key?.keyBits !== undefined || policy?.status === 'found' ? '+' : '',
    key?.testing || policy?.testing ? 't' : '',
    policy?.signs === 'all' ? 's' : '',
    key?.granularity ? 'g' : '',
  ];
  return `flags: ${flags.join('')}\n`;
}
