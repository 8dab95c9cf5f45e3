//! An accelerator that is broken on purpose is found out before a wrong verdict leaves.

#![cfg(all(feature = "accel-fault", not(target_arch = "wasm32")))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use jotgate::accel::ecdsa::p256::{Build, Key, Point, Table};
use jotgate::accel::tables::{Level, Subject};
use jotgate::accel::trust::{Fault, Supervisor};
use jotgate::accel::{Family, fault};
use jotgate::token::base64url;
use jotgate::{Error, Issuer, KeySet, Policy, Verifier};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest, Sha256};

const NOW: f64 = 1_767_225_600.0;
/// Enough for tables of all levels.
const VERDICTS: usize = 700;

struct Tokens {
    good: Vec<String>,
    bad: Vec<String>,
}

fn tokens(signing: &SigningKey) -> Tokens {
    let good: Vec<String> = (0..8)
        .map(|number| {
            let header = base64url::encode(br#"{"alg":"ES256"}"#);
            let claims = format!(r#"{{"iss":"https://issuer.example","aud":"api","exp":1767229200,"jti":"{number}"}}"#);
            let input = format!("{header}.{}", base64url::encode(claims.as_bytes()));
            let signature: Signature = signing.sign(input.as_bytes());
            format!("{input}.{}", base64url::encode(&signature.to_bytes()))
        })
        .collect();
    // Another one's signature.
    let bad = (0..8)
        .map(|number| {
            let (input, _) = good[number].rsplit_once('.').unwrap();
            let (_, signature) = good[(number + 1) % 8].rsplit_once('.').unwrap();
            format!("{input}.{signature}")
        })
        .collect();
    Tokens { good, bad }
}

fn keys(signing: &SigningKey) -> KeySet {
    let point = signing.verifying_key().to_sec1_point(false);
    let [x, y] = [point.x(), point.y()].map(|octets| base64url::encode(octets.unwrap()));
    KeySet::from_jwk(format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#).as_bytes()).unwrap()
}

fn verifier(keys: KeySet, supervisor: &Supervisor) -> Verifier {
    let issuer = Issuer::new(["https://issuer.example"], ["api"], keys);
    Verifier::new(Policy::new(), [issuer]).accelerated(supervisor.clone())
}

fn all_verdicts_are_right(verifier: &Verifier, tokens: &Tokens, at: usize) {
    let (good, bad) = (&tokens.good[at % 8], &tokens.bad[at % 8]);
    assert!(verifier.verify(good, NOW).is_ok(), "verdict {at}");
    assert_eq!(verifier.verify(bad, NOW).err(), Some(Error::SignatureVerificationFailed), "verdict {at}");
}

/// One test, as the fault is the process's.
#[test]
fn a_flipped_limb_is_found_out_and_no_wrong_verdict_leaves() {
    let signing = SigningKey::from_slice(&[7; 32]).unwrap();
    let (keys, tokens) = (keys(&signing), tokens(&signing));
    let found = Some(Fault { family: Family::P256, accepted: false });

    // Without the fault all goes well, up to the largest tables for which there is room.
    let supervisor = Supervisor::new(4 << 20);
    let sound = verifier(keys.clone(), &supervisor);
    (0..VERDICTS).for_each(|at| all_verdicts_are_right(&sound, &tokens, at));
    assert_eq!(supervisor.take_fault(), None);
    assert!(supervisor.bytes().unwrap() > 600_000, "tables of 8 bits for two points");

    // Broken from the start.
    let supervisor = Supervisor::new(4 << 20);
    let broken = verifier(keys.clone(), &supervisor);
    fault::arm(true);
    (0..50).for_each(|at| all_verdicts_are_right(&broken, &tokens, at));
    fault::arm(false);
    assert_eq!((supervisor.take_fault(), supervisor.take_fault()), (found, None));
    assert!(supervisor.is_off(Family::P256));

    // Broken while the key is made, which is then taken for no point.
    let supervisor = Supervisor::new(4 << 20);
    fault::arm(true);
    let broken = verifier(keys.clone(), &supervisor);
    fault::arm(false);
    assert_eq!((supervisor.take_fault(), supervisor.take_fault()), (found, None));
    assert!(supervisor.is_off(Family::P256));
    (0..4).for_each(|at| all_verdicts_are_right(&broken, &tokens, at));

    // Only the table of one level is broken, and with it nothing but what is learnt from it.
    for (level, how) in [0, 1, 2, 3].into_iter().flat_map(|level| [(level, How::Arithmetic), (level, How::Point)]) {
        let supervisor = Supervisor::new(4 << 20);
        let key = Key::new(&octets(&signing, 0), &octets(&signing, 1)).unwrap();
        let [generator, public] = key.subjects();
        let breaking = Breaking { point: public, other: generator, level, how };
        for at in 0..VERDICTS {
            for (token, good) in [(&tokens.good[at % 8], true), (&tokens.bad[at % 8], false)] {
                let (input, signature) = token.rsplit_once('.').unwrap();
                let (hash, signature) = (Sha256::digest(input), base64url::decode(signature.as_bytes()).unwrap());
                let verdict = supervisor.verdict(
                    Family::P256,
                    [&breaking],
                    |[table]| key.verify([None, table], &hash, &signature),
                    || good,
                );
                assert_eq!(verdict, good, "level {level}, verdict {at}");
            }
        }
        match how {
            // Never given out.
            How::Arithmetic => {
                assert_eq!(supervisor.take_fault(), None, "level {level}");
                assert_eq!(supervisor.level(&breaking), level.checked_sub(1));
            }
            // Sound points, of another key.
            How::Point => {
                assert_eq!(supervisor.take_fault(), found, "level {level}");
                assert!(supervisor.is_off(Family::P256), "level {level}");
            }
        }
    }
}

#[derive(Clone, Copy)]
enum How {
    Arithmetic,
    Point,
}

/// A point whose table of one level is broken.
struct Breaking<'a> {
    point: &'a Point,
    other: &'a Point,
    level: usize,
    how: How,
}

impl Subject for Breaking<'_> {
    type Table = Table;
    type Build = (Build, bool);

    fn id(&self) -> &[u8] {
        self.point.id()
    }

    fn levels(&self) -> &'static [Level] {
        self.point.levels()
    }

    fn begin(&self, level: usize) -> (Build, bool) {
        match (level == self.level, self.how) {
            (true, How::Arithmetic) => (self.point.begin(level), true),
            (true, How::Point) => (self.other.begin(level), false),
            _ => (self.point.begin(level), false),
        }
    }

    fn step((build, broken): &mut (Build, bool)) -> Option<Table> {
        fault::arm(*broken);
        let table = Point::step(build);
        fault::arm(false);
        table
    }
}

fn octets(signing: &SigningKey, coordinate: usize) -> Vec<u8> {
    let point = signing.verifying_key().to_sec1_point(false);
    [point.x(), point.y()][coordinate].unwrap().to_vec()
}
