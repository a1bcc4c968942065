/**
 * The letters and bits of the milter protocol, version 6, as Sendmail's public description and its include files
 * (libmilter/mfdef.h, mfapi.h) have them. An MTA sends commands, a filter answers; each packet is a length of four octets,
 * a letter, and data.
 */

/** The version that we speak. Version 2 is the oldest that is still around; Postfix and Sendmail 8.14 and later speak 6. */
export const VERSION = 6;
export const OLDEST_VERSION = 2;

/** SMFIC_*: what the MTA sends. */
export const COMMAND = {
  abort: 'A',
  body: 'B',
  connect: 'C',
  macros: 'D',
  endOfBody: 'E',
  helo: 'H',
  quitNewConnection: 'K',
  header: 'L',
  mail: 'M',
  endOfHeader: 'N',
  negotiate: 'O',
  quit: 'Q',
  recipient: 'R',
  data: 'T',
  unknown: 'U',
} as const;

/** SMFIR_*: what the filter sends; those that we use. */
export const REPLY = {
  accept: 'a',
  continue: 'c',
  insertHeader: 'i',
  changeHeader: 'm',
  negotiate: 'O',
  progress: 'p',
  replyCode: 'y',
  tempFail: 't',
} as const;

/** SMFIF_*: what a filter may do to a message. */
export const ACTION = {
  addHeaders: 0x01,
  changeHeaders: 0x10,
} as const;

/** SMFIP_*: what the MTA need not send, what is not answered, and how header fields are sent. */
export const PROTOCOL = {
  noConnect: 0x1,
  noHelo: 0x2,
  noMail: 0x4,
  noRecipient: 0x8,
  noBody: 0x10,
  noHeaders: 0x20,
  noEndOfHeader: 0x40,
  noReplyToHeader: 0x80,
  noUnknown: 0x100,
  noData: 0x200,
  noReplyToConnect: 0x1000,
  noReplyToHelo: 0x2000,
  noReplyToMail: 0x4000,
  noReplyToEndOfHeader: 0x40000,
  noReplyToBody: 0x80000,
  /** The blank behind the colon is sent too, and sent back. */
  leadingSpace: 0x100000,
} as const;
