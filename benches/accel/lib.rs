//! Exports for `scripts/bench-accel.mjs`: each call verifies one signature, or makes one
//! step, and the caller has the clock.

#![allow(missing_docs)]

use jotgate::accel::tables::Subject;
use std::cell::RefCell;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

macro_rules! bench {
    ($krate:ident $width:literal $hash:literal $init:ident $begin:ident $step:ident $accelerated:ident $stock:ident) => {
        mod $krate {
            use super::*;
            use ::$krate::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};

            use jotgate::accel::ecdsa::$krate::{Build, Key, Point, Table};

            pub struct State {
                stock: ::$krate::ecdsa::VerifyingKey,
                key: Key,
                signatures: Vec<([u8; $hash], Vec<u8>)>,
                builds: Option<[Build; 2]>,
                tables: [Option<Table>; 2],
            }

            thread_local! { static STATE: RefCell<Option<State>> = const { RefCell::new(None) } }

            /// Makes a key and signatures.
            #[unsafe(no_mangle)]
            extern "C" fn $init() {
                let signing = ::$krate::ecdsa::SigningKey::from_slice(&[7; $width]).unwrap();
                let stock = *signing.verifying_key();
                let point = stock.to_sec1_point(false);
                let key = Key::new(point.x().unwrap(), point.y().unwrap()).unwrap();
                let signatures = (0..32)
                    .map(|i| {
                        let hash = [i; $hash];
                        let signature: ::$krate::ecdsa::Signature = signing.sign_prehash(&hash).unwrap();
                        (hash, signature.to_bytes().to_vec())
                    })
                    .collect();
                STATE.set(Some(State { stock, key, signatures, builds: None, tables: [None, None] }));
            }

            fn with<T>(f: impl FnOnce(&mut State) -> T) -> T {
                STATE.with_borrow_mut(|state| f(state.as_mut().unwrap()))
            }

            /// Begins tables of a level for generator and key.
            #[unsafe(no_mangle)]
            extern "C" fn $begin(level: usize) {
                with(|state| state.builds = Some(state.key.subjects().map(|base| base.begin(level))));
            }

            /// One step of the table of the generator (0) or the key (1); whether it is done.
            #[unsafe(no_mangle)]
            extern "C" fn $step(which: usize) -> bool {
                with(|state| {
                    let build = &mut state.builds.as_mut().unwrap()[which];
                    let table = Point::step(build);
                    let done = table.is_some();
                    if done {
                        state.tables[which] = table;
                    }
                    done
                })
            }

            /// Verifies the signature `i`, corrupted or not, with the tables there are.
            #[unsafe(no_mangle)]
            extern "C" fn $accelerated(i: usize, corrupted: bool) -> bool {
                with(|state| {
                    let (hash, signature) = &state.signatures[i % 32];
                    let mut hash = *hash;
                    hash[0] ^= u8::from(corrupted);
                    state.key.verify(state.tables.each_ref().map(Option::as_ref), &hash, signature)
                })
            }

            /// The same by the crate.
            #[unsafe(no_mangle)]
            extern "C" fn $stock(i: usize, corrupted: bool) -> bool {
                with(|state| {
                    let (hash, signature) = &state.signatures[i % 32];
                    let mut hash = *hash;
                    hash[0] ^= u8::from(corrupted);
                    let signature = ::$krate::ecdsa::Signature::from_slice(signature).unwrap();
                    state.stock.verify_prehash(&hash, &signature).is_ok()
                })
            }
        }
    };
}

bench!(p256 32 32 p256_init p256_begin p256_step p256_accelerated p256_stock);
bench!(p384 48 48 p384_init p384_begin p384_step p384_accelerated p384_stock);
