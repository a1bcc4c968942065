/** The parts of dns-packet that the tests use; the package has no types of its own. */
declare module 'dns-packet' {
  export interface Question {
    name: string;
    type: string;
    class?: string;
  }
  export interface Answer extends Question {
    ttl?: number;
    data: unknown;
  }
  export interface Packet {
    id?: number;
    type?: 'query' | 'response';
    flags?: number;
    rcode?: string;
    flag_ad?: boolean;
    flag_rd?: boolean;
    flag_tc?: boolean;
    questions?: Question[];
    answers?: Answer[];
    authorities?: Answer[];
    additionals?: (Answer & { udpPayloadSize?: number })[];
  }
  export function encode(packet: Packet): Buffer;
  export function decode(packet: Uint8Array): Packet;
  /** The codec of a type's data, its two octets of length included. */
  export function record(type: string): { encode(data: unknown): Buffer };
}
