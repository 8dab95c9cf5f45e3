//! The only place that knows JavaScript. Two modules are built from here: the
//! tiny `decode`, and `verify`. A token comes in through a buffer in linear
//! memory, verdicts go out as numbers, and the parts of a token as places in
//! linear memory; nothing of that allocates on JavaScript's side.

mod decode;
mod memory;
#[cfg(feature = "wasm-verify")]
mod policy;
#[cfg(feature = "wasm-verify")]
mod verify;

#[cfg(not(feature = "wasm-verify"))]
#[global_allocator]
static ALLOCATOR: lol_alloc::AssumeSingleThreaded<lol_alloc::FreeListAllocator> = {
    // SAFETY: wasm32-unknown-unknown without the atomics feature has one thread.
    unsafe { lol_alloc::AssumeSingleThreaded::new(lol_alloc::FreeListAllocator::new()) }
};

// The decode module is built without std, whose handler would format a message.
#[cfg(not(feature = "wasm-verify"))]
#[panic_handler]
fn panic(_: &::core::panic::PanicInfo<'_>) -> ! {
    ::core::arch::wasm32::unreachable()
}
