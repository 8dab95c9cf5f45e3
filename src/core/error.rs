//! Every way to refuse, as data: one enum, one table.
//!
//! The codes, HTTP statuses, OAuth errors and texts of both the Rust crate and
//! the npm package are made here once; `src/js/error-table.ts` is printed from
//! [`Error::rows`] by `examples/error_table.rs`.

use super::alg::KeyError;
use ::core::fmt;

/// A registered claim or header member that a policy looks at (RFC 7519 §4.1,
/// RFC 9068 §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Claim {
    /// `iss`, RFC 7519 §4.1.1.
    Iss,
    /// `sub`, RFC 7519 §4.1.2.
    Sub,
    /// `aud`, RFC 7519 §4.1.3.
    Aud,
    /// `exp`, RFC 7519 §4.1.4.
    Exp,
    /// `nbf`, RFC 7519 §4.1.5.
    Nbf,
    /// `iat`, RFC 7519 §4.1.6.
    Iat,
    /// `jti`, RFC 7519 §4.1.7.
    Jti,
    /// `client_id`, RFC 8693 §4.3.
    ClientId,
    /// The header's `typ`, RFC 7515 §4.1.9.
    Typ,
    /// `scope` or `scp`, RFC 8693 §4.2.
    Scope,
    /// The claim at this place of the policy's `required_claims`.
    Required(u8),
}

impl Claim {
    /// The names, in the order of [`Error::to_number`]'s claim field; the last
    /// one stands for [`Claim::Required`].
    pub const NAMES: [&'static str; 11] =
        ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "typ", "scope", ""];

    const fn index(self) -> u8 {
        match self {
            Claim::Iss => 0,
            Claim::Sub => 1,
            Claim::Aud => 2,
            Claim::Exp => 3,
            Claim::Nbf => 4,
            Claim::Iat => 5,
            Claim::Jti => 6,
            Claim::ClientId => 7,
            Claim::Typ => 8,
            Claim::Scope => 9,
            Claim::Required(_) => 10,
        }
    }

    /// The member's name; empty for [`Claim::Required`], whose name the policy
    /// holds.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.get(usize::from(self.index())).copied().unwrap_or("")
    }
}

/// What is wrong with a claim, in jose's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The claim is not there.
    Missing,
    /// The claim has the wrong type.
    Invalid,
    /// The claim has a value that the policy does not accept.
    CheckFailed,
}

impl Reason {
    /// The reasons' texts, in the order of [`Error::to_number`]'s reason field.
    pub const NAMES: [&'static str; 3] = ["missing", "invalid", "check_failed"];

    const fn index(self) -> u8 {
        match self {
            Reason::Missing => 0,
            Reason::Invalid => 1,
            Reason::CheckFailed => 2,
        }
    }

    /// `missing`, `invalid` or `check_failed`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.get(usize::from(self.index())).copied().unwrap_or("")
    }
}

/// One kind of error, as the table knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The number of this kind; never 0.
    pub kind: u8,
    /// The enum variant's name.
    pub name: &'static str,
    /// The stable code, `ERR_…`.
    pub code: &'static str,
    /// The HTTP status a resource server answers with (RFC 6750 §3.1).
    pub status: u16,
    /// The `error` of RFC 6750 §3.1.
    pub oauth_error: &'static str,
    /// A text for people; holds nothing of the token.
    pub message: &'static str,
    /// The section that asks for this.
    pub rfc: &'static str,
}

macro_rules! errors {
    ($( $kind:literal $name:ident $code:literal $status:literal $oauth:literal $rfc:literal $message:literal ; )*) => {
        /// Why a token, a key or a key set is refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Error {
            $(
                #[doc = concat!($message, ". `", $code, "`, ", $rfc, ".")]
                $name,
            )*
            /// A claim is missing, of the wrong type, or not acceptable.
            /// `ERR_JWT_CLAIM_VALIDATION_FAILED`, RFC 7519 §4.1.
            Claim(Claim, Reason),
        }

        impl Error {
            const ROWS: &'static [Row] = &[
                $( Row { kind: $kind, name: stringify!($name), code: $code, status: $status,
                         oauth_error: $oauth, message: $message, rfc: $rfc }, )*
                Row { kind: 64, name: "Claim", code: "ERR_JWT_CLAIM_VALIDATION_FAILED", status: 401,
                      oauth_error: "invalid_token", message: "a claim is missing, of the wrong type, or not acceptable",
                      rfc: "RFC 7519 §4.1" },
            ];

            const fn kind(self) -> u8 {
                match self {
                    $( Error::$name => $kind, )*
                    Error::Claim(..) => 64,
                }
            }
        }
    };
}

errors! {
    1 TokenTooLarge "ERR_JOTGATE_TOKEN_TOO_LARGE" 401 "invalid_token" "RFC 8725 §3.12" "the token is longer than maxTokenSize";
    2 NotAString "ERR_JWS_INVALID" 401 "invalid_token" "RFC 7515 §7.1" "the token is not a string";
    3 SegmentCount "ERR_JWS_INVALID" 401 "invalid_token" "RFC 7515 §7.1" "a compact JWS has three segments";
    4 Encrypted "ERR_JOSE_NOT_SUPPORTED" 401 "invalid_token" "RFC 7516 §7.1" "five segments: encrypted tokens (JWE) are not supported";
    5 HeaderEncoding "ERR_JWS_INVALID" 401 "invalid_token" "RFC 7515 §2" "the header is not canonical base64url without padding";
    6 PayloadEncoding "ERR_JWS_INVALID" 401 "invalid_token" "RFC 7515 §2" "the payload is not canonical base64url without padding";
    7 SignatureEncoding "ERR_JWS_INVALID" 401 "invalid_token" "RFC 7515 §2" "the signature is not canonical base64url without padding";
    8 HeaderJson "ERR_JWS_INVALID" 401 "invalid_token" "RFC 7515 §5.2" "the header is not a JSON object in UTF-8";
    9 HeaderDuplicate "ERR_JWS_INVALID" 401 "invalid_token" "RFC 7515 §4" "the header names a member twice";
    10 HeaderDepth "ERR_JWS_INVALID" 401 "invalid_token" "RFC 8259 §9" "the header is nested too deeply";
    11 PayloadJson "ERR_JWT_INVALID" 401 "invalid_token" "RFC 7519 §7.2" "the claims set is not a JSON object in UTF-8";
    12 PayloadDuplicate "ERR_JWT_INVALID" 401 "invalid_token" "RFC 7519 §4" "the claims set names a member twice";
    13 PayloadDepth "ERR_JWT_INVALID" 401 "invalid_token" "RFC 8259 §9" "the claims set is nested too deeply";
    14 AlgMissing "ERR_JWS_INVALID" 401 "invalid_token" "RFC 7515 §4.1.1" "the header has no alg, or it is not a string";
    15 AlgNotAllowed "ERR_JOSE_ALG_NOT_ALLOWED" 401 "invalid_token" "RFC 8725 §3.1" "the header's alg is not allowed";
    16 CritInvalid "ERR_JWS_INVALID" 401 "invalid_token" "RFC 7515 §4.1.11" "crit is not a list of distinct extension names that the header holds";
    17 CritNotUnderstood "ERR_JOSE_NOT_SUPPORTED" 401 "invalid_token" "RFC 7515 §4.1.11" "crit names an extension that is not understood";
    18 Unencoded "ERR_JWT_INVALID" 401 "invalid_token" "RFC 7797 §7" "a JWT may not use the unencoded payload option (b64)";
    19 HeaderMember "ERR_JWS_INVALID" 401 "invalid_token" "RFC 7515 §4.1" "kid, typ or cty is not a string";
    20 NoMatchingKey "ERR_JWKS_NO_MATCHING_KEY" 401 "invalid_token" "RFC 7517 §5" "no usable key matches the token's kid and alg";
    21 MultipleMatchingKeys "ERR_JWKS_MULTIPLE_MATCHING_KEYS" 401 "invalid_token" "RFC 7517 §4.5" "several keys match the token's kid and alg";
    22 SignatureVerificationFailed "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" 401 "invalid_token" "RFC 7515 §5.2" "the signature does not verify";
    23 Expired "ERR_JWT_EXPIRED" 401 "invalid_token" "RFC 7519 §4.1.4" "the token has expired";
    24 TooOld "ERR_JWT_EXPIRED" 401 "invalid_token" "RFC 7519 §4.1.6" "the token is older than maxTokenAge";
    25 InsufficientScope "ERR_JOTGATE_INSUFFICIENT_SCOPE" 403 "insufficient_scope" "RFC 6750 §3.1" "the token lacks a required scope";
    26 ClockInvalid "ERR_JOTGATE_CLOCK_INVALID" 401 "invalid_token" "RFC 7519 §2" "the clock gave no finite number of seconds";
    27 KeysNotReady "ERR_JOTGATE_KEYS_NOT_READY" 401 "invalid_token" "RFC 7517 §5" "the keys are not there yet";
    28 KeyNotExportable "ERR_JOSE_NOT_SUPPORTED" 401 "invalid_token" "W3C WebCrypto §13" "the key cannot be exported: only the platform's async backend can use it";
    29 BackendUnsupported "ERR_JOSE_NOT_SUPPORTED" 401 "invalid_token" "W3C WebCrypto §18" "the platform's WebCrypto does not offer this algorithm";
    30 CheckRefused "ERR_JWT_CLAIM_VALIDATION_FAILED" 401 "invalid_token" "RFC 7519 §4.3" "the application's own check refused the token";
    31 Internal "ERR_JOTGATE_INTERNAL" 401 "invalid_token" "RFC 7515 §5.2" "jotgate failed and refuses to be safe; please report this";
    32 JwkJson "ERR_JWK_INVALID" 401 "invalid_token" "RFC 7517 §4" "the key is not a JSON object";
    33 JwkMember "ERR_JWK_INVALID" 401 "invalid_token" "RFC 7517 §4" "a member of the key is missing, of the wrong type, or not base64url";
    34 JwkUnsupported "ERR_JOSE_NOT_SUPPORTED" 401 "invalid_token" "RFC 7518 §6.1" "the key's kty or crv is not supported";
    35 JwkPrivate "ERR_JWK_INVALID" 401 "invalid_token" "RFC 7517 §9.2" "the key holds private members; hand over the public key";
    36 JwkUse "ERR_JWK_INVALID" 401 "invalid_token" "RFC 7517 §4.2" "the key's use is not sig";
    37 JwkKeyOps "ERR_JWK_INVALID" 401 "invalid_token" "RFC 7517 §4.3" "the key's key_ops is no list of distinct operations with verify";
    38 JwkAlg "ERR_JWK_INVALID" 401 "invalid_token" "RFC 7517 §4.4" "the key's alg does not fit its type";
    39 RsaModulus "ERR_JWK_INVALID" 401 "invalid_token" "RFC 7518 §3.3" "the RSA modulus is even, or not of 2048 to 8192 bits";
    40 RsaExponent "ERR_JWK_INVALID" 401 "invalid_token" "RFC 8017 §3.1" "the RSA exponent is even, 1, or longer than 32 bits";
    41 EcPoint "ERR_JWK_INVALID" 401 "invalid_token" "RFC 7518 §6.2.1" "the EC coordinates are not of the curve's width, or not a point on it";
    42 OkpPoint "ERR_JWK_INVALID" 401 "invalid_token" "RFC 8032 §5.1.3" "x is not the canonical encoding of a point of large order";
    43 SecretTooShort "ERR_JWK_INVALID" 401 "invalid_token" "RFC 7518 §3.2" "an HMAC key is at least as long as the hash";
    44 PublicKeySize "ERR_JWK_INVALID" 401 "invalid_token" "RFC 9964 §3" "the public key is not of the algorithm's size";
    45 PemInvalid "ERR_JWK_INVALID" 401 "invalid_token" "RFC 7468 §13" "the text is not a PEM-encoded SubjectPublicKeyInfo (PUBLIC KEY)";
    46 JwksInvalid "ERR_JWKS_INVALID" 401 "invalid_token" "RFC 7517 §5" "the document is not a JWK Set";
    47 JwksTooLarge "ERR_JWKS_INVALID" 401 "invalid_token" "RFC 7517 §5" "the JWK Set holds too many keys";
    48 JwksMixed "ERR_JWKS_INVALID" 401 "invalid_token" "RFC 8725 §3.1" "a secret in a JWK Set with public keys is not used";
    49 PemLabel "ERR_JWK_INVALID" 401 "invalid_token" "RFC 7468 §13" "the PEM label is not PUBLIC KEY: hand over the SubjectPublicKeyInfo of a certificate or RSA PUBLIC KEY";
    50 RsaFaulty "ERR_JWK_INVALID" 401 "invalid_token" "CVE-2017-15361" "the RSA modulus was made by a faulty generator and can be factored";
}

impl Error {
    /// The whole table, one row for each kind.
    #[must_use]
    pub fn rows() -> &'static [Row] {
        Self::ROWS
    }

    fn row(self) -> &'static Row {
        const UNKNOWN: Row = Row {
            kind: 31,
            name: "Internal",
            code: "ERR_JOTGATE_INTERNAL",
            status: 401,
            oauth_error: "invalid_token",
            message: "",
            rfc: "",
        };
        let kind = self.kind();
        Self::ROWS.iter().find(|row| row.kind == kind).unwrap_or(&UNKNOWN)
    }

    /// The stable code, `ERR_…`: jose's where jose has one.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// The HTTP status of RFC 6750 §3.1: 401 or 403.
    #[must_use]
    pub fn status(self) -> u16 {
        self.row().status
    }

    /// `invalid_token` or `insufficient_scope` (RFC 6750 §3.1).
    #[must_use]
    pub fn oauth_error(self) -> &'static str {
        self.row().oauth_error
    }

    /// The section that asks for this refusal.
    #[must_use]
    pub fn rfc(self) -> &'static str {
        self.row().rfc
    }

    /// The claim and what is wrong with it, where a claim is to blame.
    #[must_use]
    pub fn claim(self) -> Option<(Claim, Reason)> {
        match self {
            Error::Claim(claim, reason) => Some((claim, reason)),
            Error::Expired => Some((Claim::Exp, Reason::CheckFailed)),
            Error::TooOld => Some((Claim::Iat, Reason::CheckFailed)),
            Error::InsufficientScope => Some((Claim::Scope, Reason::CheckFailed)),
            _ => None,
        }
    }

    /// The error as one number, for hosts behind a C-like boundary: bits 0–7 the
    /// kind, 8–15 the claim, 16–23 the reason, 24–31 the place in the policy's
    /// required claims.
    #[must_use]
    pub fn to_number(self) -> u32 {
        let mut bytes = [self.kind(), 0, 0, 0];
        if let Some((claim, reason)) = self.claim() {
            let [_, name, why, place] = &mut bytes;
            *name = claim.index();
            *why = reason.index();
            if let Claim::Required(index) = claim {
                *place = index;
            }
        }
        u32::from_le_bytes(bytes)
    }
}

impl From<KeyError> for Error {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::EcPoint => Error::EcPoint,
            KeyError::OkpPoint => Error::OkpPoint,
            KeyError::PublicKeySize => Error::PublicKeySize,
            KeyError::RsaExponent => Error::RsaExponent,
            KeyError::RsaFaulty => Error::RsaFaulty,
            KeyError::RsaModulus => Error::RsaModulus,
            KeyError::SecretTooShort => Error::SecretTooShort,
            KeyError::Unsupported => Error::JwkUnsupported,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Error::Claim(claim, reason) => {
                let name = match claim {
                    Claim::Required(_) => "required",
                    claim => claim.name(),
                };
                let what = match reason {
                    Reason::Missing => "is missing",
                    Reason::Invalid => "has the wrong type",
                    Reason::CheckFailed => "is not acceptable",
                };
                write!(f, "the {name} claim {what}")
            }
            error => f.write_str(error.row().message),
        }
    }
}

impl ::core::error::Error for Error {}
