/** Who sent a request, as a verified access token says. */
export interface Caller {
  /** The token's `sub`. */
  readonly subject: string;
  /** The application that asked for the token (`azp`, or `appid` of older tokens), if it says. */
  readonly application?: string;
  readonly roles: readonly string[];
}

/** Why a token is not accepted. Codes are stable. */
export type TokenRefusalCode =
  | 'token_missing'
  | 'token_malformed'
  | 'alg_not_allowed'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'issuer_mismatch'
  | 'audience_mismatch'
  | 'key_not_found'
  | 'signature_mismatch';

export type TokenVerdict =
  | { readonly kind: 'accepted'; readonly caller: Caller }
  /** For good: the same token again is refused again. `message` never holds the token. */
  | { readonly kind: 'refused'; readonly code: TokenRefusalCode; readonly message: string };

/** Tells whether an access token was issued for this app by the directory it trusts. */
export interface TokenVerifier {
  /**
   * @param authorization the header `Authorization`, or null
   * @throws KeysUnavailableError (`keys_unavailable`, retryable) if the directory's keys cannot be had at the moment
   */
  verify(authorization: string | null): Promise<TokenVerdict>;
}
