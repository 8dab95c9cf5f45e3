//! Who supervises the accelerators: when the crate is heard, and who has a table.

#![cfg(all(feature = "accel", not(target_arch = "wasm32")))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use jotgate::accel::Family;
use jotgate::accel::tables::{Level, Subject, Tables};
use jotgate::accel::trust::{Fault, PROBATION, Supervisor};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

const KB: usize = 1024;
const LEVELS: [Level; 2] = [Level { uses: 4, bytes: 40 * KB, spare: 0 }, Level { uses: 16, bytes: 200 * KB, spare: 0 }];
const STEPS: usize = 3;
/// How many uses drive out a table.
const DRIVING_OUT: usize = 8;

/// A subject whose tables are but their level.
struct Toy(Vec<u8>);

impl Toy {
    fn of(family: Family, name: u32) -> Self {
        let mut id = vec![family as u8];
        id.extend(name.to_be_bytes());
        Self(id)
    }

    fn new(name: u32) -> Self {
        Self::of(Family::P256, name)
    }
}

struct Build {
    level: usize,
    steps: usize,
}

impl Subject for Toy {
    type Table = usize;
    type Build = Build;

    fn id(&self) -> &[u8] {
        &self.0
    }

    fn levels(&self) -> &'static [Level] {
        &LEVELS
    }

    fn begin(&self, level: usize) -> Build {
        Build { level, steps: 0 }
    }

    fn step(build: &mut Build) -> Option<usize> {
        build.steps += 1;
        (build.steps == STEPS).then_some(build.level)
    }
}

mod tables {
    use super::*;

    fn use_it(tables: &mut Tables, toy: &Toy, now: &mut u64) -> Option<usize> {
        *now += 1;
        tables.for_use(toy, *now).map(|kept| *kept.table())
    }

    #[test]
    fn a_subject_gets_a_table_after_some_uses_and_a_larger_one_when_it_stays_hot() {
        let (mut tables, mut now) = (Tables::new(1 << 20), 0);
        let levels: Vec<_> = (0..24).map(|_| use_it(&mut tables, &Toy::new(1), &mut now)).collect();
        // The use that is the fourth begins the build and makes its first step.
        let first = levels.iter().position(Option::is_some).unwrap();
        assert_eq!(first + 1, 4 + STEPS - 1);
        let second = levels.iter().position(|level| *level == Some(1)).unwrap();
        assert_eq!(second + 1, 16 + STEPS - 1);
        assert!(levels[first..second].iter().all(|level| *level == Some(0)));
        assert!(levels[second..].iter().all(|level| *level == Some(1)));
    }

    #[test]
    fn a_smaller_table_is_given_up_for_the_larger() {
        let (mut tables, mut now) = (Tables::new(1 << 20), 0);
        for _ in 0..24 {
            use_it(&mut tables, &Toy::new(1), &mut now);
        }
        assert!((200 * KB..201 * KB).contains(&tables.bytes()), "{}", tables.bytes());
    }

    #[test]
    fn at_most_one_step_is_made_in_a_verification() {
        let mut tables = Tables::new(1 << 20);
        let (a, b) = (Toy::new(1), Toy::new(2));
        let mut done = [None, None];
        for now in 1..40 {
            for (toy, done) in [&a, &b].into_iter().zip(&mut done) {
                if tables.for_use(toy, now).is_some() && done.is_none() {
                    *done = Some(now);
                }
            }
        }
        let [a, b] = done.map(Option::unwrap);
        assert!(a.abs_diff(b) >= STEPS as u64, "one table after the other: {a} {b}");
    }

    /// A subject whose larger table asks for 450 kB beside it.
    struct Modest(Toy);

    impl Subject for Modest {
        type Table = usize;
        type Build = Build;

        fn id(&self) -> &[u8] {
            self.0.id()
        }

        fn levels(&self) -> &'static [Level] {
            const { &[LEVELS[0], Level { spare: 450 * KB, ..LEVELS[1] }] }
        }

        fn begin(&self, level: usize) -> Build {
            self.0.begin(level)
        }

        fn step(build: &mut Build) -> Option<usize> {
            Toy::step(build)
        }
    }

    #[test]
    fn a_table_that_asks_for_spare_memory_drives_out_no_other() {
        let (mut tables, mut now) = (Tables::new(1 << 20), 0);
        // 896 kB without the entries' share: 200 + 240 + 450 fit, and no third table.
        for (name, level) in [(1, 1), (2, 1), (3, 0)] {
            for _ in 0..100 {
                now += 1;
                tables.for_use(&Modest(Toy::new(name)), now);
            }
            assert_eq!(tables.level(Toy::new(name).id()), Some(level), "subject {name}");
        }
        assert_eq!([1, 2].map(|name| tables.level(Toy::new(name).id())), [Some(1); 2]);
    }

    #[test]
    fn without_memory_there_are_no_tables() {
        for bytes in [0, 1, 255, 4095, 30 * KB] {
            let (mut tables, mut now) = (Tables::new(bytes), 0);
            for _ in 0..100 {
                assert_eq!(use_it(&mut tables, &Toy::new(1), &mut now), None);
                assert!(tables.bytes() <= bytes);
            }
        }
    }

    #[test]
    fn a_large_table_that_has_no_room_leaves_the_small_one() {
        let (mut tables, mut now) = (Tables::new(150 * KB), 0);
        for _ in 0..100 {
            use_it(&mut tables, &Toy::new(1), &mut now);
        }
        assert_eq!(use_it(&mut tables, &Toy::new(1), &mut now), Some(0));
        assert!(tables.bytes() <= 150 * KB);
    }

    #[test]
    fn a_thousand_keys_in_rotation_stay_within_the_bound_and_drive_nobody_out() {
        let max_bytes = 4 << 20;
        let (mut tables, mut now) = (Tables::new(max_bytes), 0);
        let toys: Vec<Toy> = (0..1000).map(Toy::new).collect();
        let mut built = 0;
        let mut before = vec![false; toys.len()];
        for _ in 0..40 {
            for (toy, before) in toys.iter().zip(&mut before) {
                let has = use_it(&mut tables, toy, &mut now).is_some();
                built += usize::from(has && !*before);
                *before = has;
                assert!(tables.bytes() <= max_bytes, "{}", tables.bytes());
            }
        }
        let having = before.iter().filter(|has| **has).count();
        assert!(having > 50, "the memory is used: {having}");
        assert_eq!(built, having, "none is built to be thrown away");
    }

    #[test]
    fn the_least_recently_used_table_goes_first() {
        // Room for three small tables.
        let (mut tables, mut now) = (Tables::new(140 * KB), 0);
        let toys: Vec<Toy> = (0..4).map(Toy::new).collect();
        for toy in &toys[..3] {
            for _ in 0..6 {
                use_it(&mut tables, toy, &mut now);
            }
            assert_eq!(tables.level(toy.id()), Some(0));
        }
        // The first is used again, so the second is the one that was not for longest.
        use_it(&mut tables, &toys[0], &mut now);
        for _ in 0..DRIVING_OUT {
            assert_eq!(use_it(&mut tables, &toys[3], &mut now), None);
        }
        for _ in 1..STEPS {
            use_it(&mut tables, &toys[3], &mut now);
        }
        let levels: Vec<_> = toys.iter().map(|toy| tables.level(toy.id())).collect();
        assert_eq!(levels, [Some(0), None, Some(0), Some(0)]);
    }

    #[test]
    fn no_table_is_given_up_that_was_used_since_the_newcomer_came() {
        let (mut tables, mut now) = (Tables::new(50 * KB), 0);
        let (old, new) = (Toy::new(1), Toy::new(2));
        for _ in 0..6 {
            use_it(&mut tables, &old, &mut now);
        }
        for _ in 0..100 {
            use_it(&mut tables, &new, &mut now);
            use_it(&mut tables, &new, &mut now);
            use_it(&mut tables, &old, &mut now);
        }
        assert_eq!((tables.level(old.id()), tables.level(new.id())), (Some(0), None));
        // Once the old one is at rest, the new one has its turn.
        for _ in 0..2 * DRIVING_OUT + STEPS {
            use_it(&mut tables, &new, &mut now);
        }
        assert_eq!((tables.level(old.id()), tables.level(new.id())), (None, Some(0)));
    }

    /// A subject with the smallest table that there is, after its second use.
    struct Small(Toy);

    impl Subject for Small {
        type Table = usize;
        type Build = Build;

        fn id(&self) -> &[u8] {
            self.0.id()
        }

        fn levels(&self) -> &'static [Level] {
            &[Level { uses: 2, bytes: 2304, spare: 0 }]
        }

        fn begin(&self, level: usize) -> Build {
            Build { level, steps: STEPS - 1 }
        }

        fn step(build: &mut Build) -> Option<usize> {
            Toy::step(build)
        }
    }

    /// Uses the named by turns; how many tables were built.
    fn rotate(tables: &mut Tables, names: std::ops::Range<u32>, rounds: usize, now: &mut u64) -> usize {
        let mut built = 0;
        for _ in 0..rounds {
            for name in names.clone() {
                let toy = Small(Toy::new(name));
                let had = tables.level(toy.id()).is_some();
                *now += 1;
                built += usize::from(tables.for_use(&toy, *now).is_some() && !had);
                assert!(tables.bytes() <= 8 << 20, "{}", tables.bytes());
            }
        }
        built
    }

    #[test]
    fn two_thousand_keys_have_a_small_table_each() {
        let (mut tables, mut now) = (Tables::new(8 << 20), 0);
        assert_eq!(rotate(&mut tables, 0..2000, 2, &mut now), 2000);
        assert_eq!(rotate(&mut tables, 0..2000, 20, &mut now), 0);
    }

    #[test]
    fn more_keys_than_small_tables_fit_drive_nobody_out_and_take_over_from_those_that_are_gone() {
        let (mut tables, mut now) = (Tables::new(8 << 20), 0);
        let built = rotate(&mut tables, 0..3500, 40, &mut now);
        assert!((3000..3500).contains(&built), "none is built to be thrown away: {built}");
        assert_eq!(rotate(&mut tables, 10_000..11_000, 50, &mut now), 1000, "newcomers alone");
    }

    #[test]
    fn subjects_without_a_table_make_place_for_newcomers() {
        // Eight subjects at most.
        let (mut tables, mut now) = (Tables::new(16 * KB), 0);
        for name in 0..10_000 {
            use_it(&mut tables, &Toy::new(name), &mut now);
            assert!(tables.bytes() <= 16 * KB);
        }
    }
}

mod trust {
    use super::*;

    /// A verdict on which nobody was asked but whom the supervisor wanted to hear.
    struct Asked {
        accelerated: Cell<u32>,
        stock: Cell<u32>,
    }

    fn ask(supervisor: &Supervisor, toy: &Toy, accelerated: bool, stock: bool, asked: &Asked) -> bool {
        supervisor.verdict(
            Family::P256,
            [toy],
            |_| {
                asked.accelerated.set(asked.accelerated.get() + 1);
                accelerated
            },
            || {
                asked.stock.set(asked.stock.get() + 1);
                stock
            },
        )
    }

    fn nobody() -> Asked {
        Asked { accelerated: Cell::new(0), stock: Cell::new(0) }
    }

    #[test]
    fn the_first_verdicts_and_the_first_of_each_table_are_compared() {
        let (supervisor, asked) = (Supervisor::new(1 << 20), nobody());
        let toy = Toy::new(1);
        let mut compared = Vec::new();
        for number in 1..=40 {
            let before = asked.stock.get();
            assert!(ask(&supervisor, &toy, true, true, &asked));
            if asked.stock.get() > before {
                compared.push(number);
            }
        }
        let mut expected: Vec<u32> = (1..=PROBATION).collect();
        // The small table comes during the probation, the large one after it.
        expected.push(16 + STEPS as u32);
        assert_eq!(compared, expected);
        assert_eq!(asked.accelerated.get(), 40);
        assert_eq!(supervisor.take_fault(), None);
    }

    #[test]
    fn refusals_prove_nothing_and_make_no_tables() {
        let (supervisor, asked) = (Supervisor::new(1 << 20), nobody());
        let toy = Toy::new(1);
        for _ in 0..100 {
            assert!(!ask(&supervisor, &toy, false, false, &asked));
        }
        assert_eq!(asked.stock.get(), 100);
        assert_eq!(supervisor.bytes(), Some(0));
        for _ in 0..PROBATION {
            assert!(ask(&supervisor, &toy, true, true, &asked));
        }
        // The trust is earned, the small table proven; the next table is neither by any refusal.
        let mut verdicts = PROBATION;
        while supervisor.level(&toy) != Some(1) {
            assert!(ask(&supervisor, &toy, true, true, &asked));
            verdicts += 1;
        }
        assert!(verdicts < 30);
        assert_eq!(asked.stock.get(), 100 + PROBATION);
        for _ in 0..10 {
            assert!(!ask(&supervisor, &toy, false, false, &asked));
        }
        assert_eq!(asked.stock.get(), 110 + PROBATION);
        assert!(ask(&supervisor, &toy, true, true, &asked));
        assert!(!ask(&supervisor, &toy, false, false, &asked));
        assert_eq!(asked.stock.get(), 111 + PROBATION);
    }

    #[test]
    fn an_accelerator_that_accepts_what_the_crate_refuses_is_off_before_a_verdict_leaves() {
        for agreed in [0, 1, PROBATION - 1] {
            let (supervisor, asked, toy) = (Supervisor::new(1 << 20), nobody(), Toy::new(1));
            for _ in 0..agreed {
                assert!(!ask(&supervisor, &toy, false, false, &asked));
            }
            assert!(!ask(&supervisor, &toy, true, false, &asked), "the crate's verdict stands");
            assert!(supervisor.is_off(Family::P256));
            assert_eq!(supervisor.take_fault(), Some(Fault { family: Family::P256, accepted: true }));
            assert_eq!(supervisor.take_fault(), None, "told once");
            for _ in 0..100 {
                assert!(!ask(&supervisor, &toy, true, false, &asked));
            }
            assert_eq!(asked.accelerated.get(), agreed + 1, "not asked again");
            assert_eq!(supervisor.level(&toy), None);
        }
    }

    #[test]
    fn an_accelerator_that_refuses_what_the_crate_accepts_is_off_too() {
        let (supervisor, asked, toy) = (Supervisor::new(1 << 20), nobody(), Toy::new(1));
        assert!(ask(&supervisor, &toy, false, true, &asked));
        assert!(ask(&supervisor, &toy, false, true, &asked));
        assert_eq!(asked.accelerated.get(), 1);
        assert_eq!(supervisor.take_fault(), Some(Fault { family: Family::P256, accepted: false }));
    }

    #[test]
    fn a_table_that_accepts_wrongly_is_found_out_however_long_all_went_well() {
        for broken in [0, 1] {
            let supervisor = Supervisor::new(1 << 20);
            let toy = Toy::new(1);
            let wrong = Cell::new(0);
            for good in [true, false].repeat(100) {
                let verdict = supervisor.verdict(
                    Family::P256,
                    [&toy],
                    |[table]| {
                        let wrongly = !good && table == Some(&broken);
                        wrong.set(wrong.get() + u32::from(wrongly));
                        good || wrongly
                    },
                    || good,
                );
                assert_eq!(verdict, good, "no wrong verdict leaves");
            }
            assert_eq!(wrong.get(), 1, "one was made, and heard by the supervisor alone");
            assert_eq!(supervisor.take_fault(), Some(Fault { family: Family::P256, accepted: true }));
        }
    }

    #[test]
    fn each_family_has_to_earn_its_own_trust_and_loses_only_that() {
        let supervisor = Supervisor::new(1 << 20);
        let heard = Cell::new(0);
        for family in Family::ALL {
            let proven = AtomicBool::new(true);
            for _ in 0..PROBATION + 5 {
                assert!(supervisor.verdict_without_tables(
                    family,
                    &proven,
                    || true,
                    || {
                        heard.set(heard.get() + 1);
                        true
                    }
                ));
            }
        }
        assert_eq!(heard.get(), PROBATION * Family::ALL.len() as u32);
        let toy = Toy::of(Family::Ed25519, 1);
        for _ in 0..10 {
            supervisor.verdict(Family::Ed25519, [&toy], |_| true, || true);
        }
        supervisor.switch_off(Family::P256);
        assert!(supervisor.is_off(Family::P256) && !supervisor.is_off(Family::Ed25519));
        assert_eq!(supervisor.level(&toy), Some(0), "another family's tables stay");
        assert_eq!(supervisor.take_fault(), None, "to switch off is no fault");
    }

    #[test]
    fn what_was_computed_of_a_key_is_proven_by_its_first_verdict() {
        let supervisor = Supervisor::new(0);
        let heard = Cell::new(0);
        let stock = || {
            heard.set(heard.get() + 1);
            true
        };
        let old = AtomicBool::new(false);
        for _ in 0..PROBATION + 5 {
            assert!(supervisor.verdict_without_tables(Family::Rsa, &old, || true, stock));
        }
        assert!(old.load(Ordering::Relaxed));
        assert_eq!(heard.get(), PROBATION);
        let new = AtomicBool::new(false);
        assert!(supervisor.verdict_without_tables(Family::Rsa, &new, || true, stock));
        assert!(supervisor.verdict_without_tables(Family::Rsa, &new, || true, stock));
        assert_eq!(heard.get(), PROBATION + 1);
        let broken = AtomicBool::new(false);
        assert!(supervisor.verdict_without_tables(Family::Rsa, &broken, || false, stock));
        assert!(!broken.load(Ordering::Relaxed) && supervisor.is_off(Family::Rsa));
    }

    #[test]
    fn clones_share_what_they_found_out() {
        let (one, asked, toy) = (Supervisor::new(1 << 20), nobody(), Toy::new(1));
        let other = one.clone();
        ask(&one, &toy, true, false, &asked);
        assert!(other.is_off(Family::P256));
        assert!(other.take_fault().is_some() && one.take_fault().is_none());
    }

    #[test]
    fn no_wrong_verdict_leaves_while_many_threads_ask() {
        let supervisor = Supervisor::new(1 << 20);
        std::thread::scope(|scope| {
            for name in 0..4 {
                let supervisor = &supervisor;
                scope.spawn(move || {
                    for number in 0..2_000 {
                        let good = number % 3 == 0;
                        assert_eq!(supervisor.verdict(Family::P256, [&Toy::new(name)], |_| good, || good), good);
                    }
                });
            }
        });
        assert!(!supervisor.is_off(Family::P256));
        assert!(supervisor.bytes().unwrap() > 0);
    }
}
