//! Tokens, keys, algorithms, policy and the verdict. No JavaScript, no clock, no
//! input or output, no randomness: the time and seeds are parameters.

pub mod cache;
pub mod error;
pub mod issuer;
pub mod key;
pub mod policy;
pub mod refresh;
pub mod token;
pub mod trace;
pub mod verifier;

#[cfg(feature = "accel")]
pub use jotgate_accel as accel;
pub use jotgate_alg as alg;
