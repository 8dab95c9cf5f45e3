//! RSA's public operation in the module with fused multiply-adds, `src/rsa-fma`, which
//! JavaScript makes an instance of if the engine has what it takes.

use crate::core::accel::rsa_elsewhere::{PublicOperation, install};
use ::core::fmt;
use alloc::boxed::Box;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// `RsaFma` of src/js/rsa-fma.ts, which starts the module at the first key.
    pub type RsaFma;

    #[wasm_bindgen(method, js_name = addKey)]
    fn add_key(this: &RsaFma, n: &[u8], e: u32) -> i32;

    // The place alone: of a slice, the glue makes a new view for each call.
    #[wasm_bindgen(method)]
    fn apply(this: &RsaFma, key: u32, s: *mut u8, length: usize) -> bool;

    #[wasm_bindgen(method, js_name = removeKey)]
    fn remove_key(this: &RsaFma, key: u32);
}

struct Installed(RsaFma);

// SAFETY: wasm32-unknown-unknown without the atomics feature has one thread.
unsafe impl Send for Installed {}
// SAFETY: as above.
unsafe impl Sync for Installed {}

impl fmt::Debug for Installed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaFma")
    }
}

impl PublicOperation for Installed {
    fn add_key(&self, n: &[u8], e: u32) -> Option<u32> {
        u32::try_from(self.0.add_key(n, e)).ok()
    }

    fn apply(&self, key: u32, s: &mut [u8]) -> bool {
        self.0.apply(key, s.as_mut_ptr(), s.len())
    }

    fn remove_key(&self, key: u32) {
        self.0.remove_key(key);
    }
}

/// Has RSA's public operation computed there, wherever it can.
#[wasm_bindgen]
pub fn use_rsa_fma(module: RsaFma) {
    install(Box::new(Installed(module)));
}
