//! The only place that knows JavaScript. Two modules are built from here: the
//! tiny `decode`, and `verify`. A token comes in through a buffer in linear
//! memory, verdicts go out as numbers, and the parts of a token as places in
//! linear memory; nothing of that allocates on JavaScript's side.

mod decode;
mod memory;
#[cfg(feature = "wasm-verify")]
mod plain;
#[cfg(feature = "wasm-verify")]
mod policy;
#[cfg(all(feature = "wasm-verify", feature = "accel", feature = "rsa"))]
mod rsa_fma;
#[cfg(feature = "wasm-verify")]
mod verify;

pub use decode::{decode, decode_header, measure_skew, next_refresh, rest};
pub use memory::{buffer, parts, refresh_reason};
#[cfg(all(feature = "wasm-verify", feature = "accel", feature = "rsa"))]
pub use rsa_fma::{RsaFma, use_rsa_fma};
#[cfg(feature = "wasm-verify")]
pub use verify::{Verifier, json_object, scopes, thumbprint};
