//! The npm package's two modules: the feature `decode` or `verify` of this crate
//! chooses what of `src/wasm` is linked. No std: its panic handler formats
//! messages that nobody reads.

#![cfg(target_arch = "wasm32")]
#![no_std]

// Its exports are what this module is for.
extern crate jotgate;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
