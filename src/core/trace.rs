//! The checks on a token's way, in their order, for [`Verifier::explain`].
//!
//! [`Verifier::explain`]: crate::Verifier::explain

use super::error::Error;
use alloc::vec::Vec;

macro_rules! checks {
    ($( $name:ident $text:literal $rfc:literal $what:literal ; )*) => {
        /// A check on a token's way.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Check {
            $( #[doc = concat!($what, " (", $rfc, ").")] $name, )*
        }

        impl Check {
            /// All checks in the order in which they are made.
            pub const ALL: &'static [Check] = &[ $( Check::$name, )* ];

            /// The check's stable name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $( Check::$name => $text, )* }
            }

            /// The section that asks for it.
            #[must_use]
            pub fn rfc(self) -> &'static str {
                match self { $( Check::$name => $rfc, )* }
            }

            /// What is checked, in words.
            #[must_use]
            pub fn what(self) -> &'static str {
                match self { $( Check::$name => $what, )* }
            }
        }
    };
}

checks! {
    Size "size" "RFC 8725 §3.12" "The token is no longer than allowed";
    Segments "segments" "RFC 7515 §7.1" "The token has three segments";
    Encoding "encoding" "RFC 7515 §2" "The segments are canonical base64url";
    Header "header" "RFC 7515 §4" "The header is a JSON object, no member twice, and well typed";
    Algorithm "alg" "RFC 8725 §3.1" "The algorithm is allowed";
    Critical "crit" "RFC 7515 §4.1.11" "All critical extensions are understood";
    Key "key" "RFC 7517 §4" "A usable key fits the token";
    Signature "signature" "RFC 7515 §5.2" "The signature verifies";
    Payload "payload" "RFC 7519 §7.2" "The claims set is a JSON object, no member twice";
    Expiry "exp" "RFC 7519 §4.1.4" "The token has not expired";
    NotBefore "nbf" "RFC 7519 §4.1.5" "The token is active already";
    IssuedAt "iat" "RFC 7519 §4.1.6" "The time of issue is a date";
    Issuer "iss" "RFC 7519 §4.1.1" "The issuer is accepted";
    Audience "aud" "RFC 7519 §4.1.3" "The token is for this audience";
    Typ "typ" "RFC 8725 §3.11" "The token is of the expected type";
    Subject "sub" "RFC 7519 §4.1.2" "The subject is the expected one";
    ClaimTypes "types" "RFC 7519 §4.1" "Registered claims have their types";
    Required "required" "RFC 9068 §2.2" "All required claims are there";
    Age "age" "RFC 7519 §4.1.6" "The token is young enough";
    Scopes "scope" "RFC 6750 §3.1" "All required scopes are granted";
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The check passed.
    Pass,
    /// The check refused the token.
    Fail(Error),
    /// An earlier check had refused the token.
    NotReached,
}

/// Learns of each check as it is made.
pub(crate) trait Observer {
    fn observe(&mut self, check: Check, outcome: Result<(), Error>);
}

impl dyn Observer + '_ {
    /// Reports `result` as the outcome of `check`, and passes it on.
    pub(crate) fn note<T>(&mut self, check: Check, result: Result<T, Error>) -> Result<T, Error> {
        self.observe(check, result.as_ref().map(|_| ()).map_err(|error| *error));
        result
    }
}

impl Observer for () {
    fn observe(&mut self, _: Check, _: Result<(), Error>) {}
}

impl Observer for Vec<(Check, Outcome)> {
    fn observe(&mut self, check: Check, outcome: Result<(), Error>) {
        self.push((check, outcome.map_or_else(Outcome::Fail, |()| Outcome::Pass)));
    }
}
