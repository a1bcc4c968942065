/** `dktool/auth-results`: writing Authentication-Results fields (RFC 8601), and finding those that claim to be ours. */
export { asAuthservId, type AuthProperty, type AuthResult, formatAuthResults } from '../auth-results/field.ts';
export { adspStatements, authStatements } from '../auth-results/statements.ts';
export { forgedResults } from '../auth-results/forged.ts';
export { HeaderBlock, type HeaderField } from '../header/header-block.ts';
