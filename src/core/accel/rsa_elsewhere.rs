//! The public operation of RFC 8017 §5.2.2 where something outside of this crate
//! computes it: in WebAssembly, a module of its own with fused multiply-adds, which
//! would not validate here where the engine lacks them.
//!
//! Nothing of it is believed but numbers, and these as little as those of any other
//! accelerator: `Family::RsaElsewhere` has a trust of its own, so that its fault
//! leaves the kernels of this crate in use.

use alloc::boxed::Box;
use core::{fmt::Debug, sync::atomic::AtomicBool};
use spin::Once;

/// What computes sᵉ modulo n elsewhere. It may fail at any time: then this crate does.
pub trait PublicOperation: Debug + Send + Sync {
    /// Prepares a modulus of 2048 to 8192 bits, big-endian without leading zeros and
    /// odd, with an odd exponent of at least 3; gives the key's number.
    fn add_key(&self, n: &[u8], e: u32) -> Option<u32>;

    /// Exchanges an s below n, as long as n, for sᵉ modulo n; false where it did not.
    fn apply(&self, key: u32, s: &mut [u8]) -> bool;

    /// Forgets a key.
    fn remove_key(&self, key: u32);
}

static INSTALLED: Once<Box<dyn PublicOperation>> = Once::new();

/// Has the keys of this process, or of this WebAssembly instance, use `operation`
/// from their next verdict on. The first one stays.
pub fn install(operation: Box<dyn PublicOperation>) {
    INSTALLED.call_once(|| operation);
}

/// A key that is prepared there, for as long as this lives.
#[derive(Debug)]
pub struct Elsewhere {
    operation: &'static dyn PublicOperation,
    key: u32,
    /// Whether a verdict made with it was the crate's.
    pub proven: AtomicBool,
}

impl Elsewhere {
    /// `None` where nothing is installed, or it does not take the key.
    pub fn new(n: &[u8], e: u32) -> Option<Self> {
        let operation = &**INSTALLED.get()?;
        Some(Self { operation, key: operation.add_key(n, e)?, proven: AtomicBool::new(false) })
    }

    /// As [`PublicOperation::apply`].
    pub fn apply(&self, s: &mut [u8]) -> bool {
        self.operation.apply(self.key, s)
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        self.operation.remove_key(self.key);
    }
}
