/** A domain with something wrong, and how it is put right. */
import type { Finding, FindingSeverity } from '../../src/lib/finding.ts';
import type { CheckSite } from './check-site.ts';

export interface BrokenDomain {
  readonly code: string;
  readonly severity: FindingSeverity;
  /** The case in words. */
  readonly what: string;
  /** Spoil a site where all is well. */
  readonly spoil: (site: CheckSite) => void;
  /** Carry the remedy out; it may say how. */
  readonly fix: (site: CheckSite, finding: Finding) => void;
  /** Part of what the finding says. */
  readonly says: string;
  /** What follows from it, and goes with it. */
  readonly beside?: readonly string[];
}
