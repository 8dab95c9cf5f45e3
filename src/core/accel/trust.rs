//! The supervisor: an accelerator is believed once it has agreed with the crate.
//!
//! A wrong accept is the worst failure there is, and an accelerator is new code.
//! So the crate is asked as well, and its verdict stands,
//!
//! - until each accelerator has accepted [`PROBATION`] signatures as the crate has, and
//! - until a signature was so accepted with each new table.
//!
//! Only what both accept counts: to refuse a bad signature takes no sound arithmetic.
//! For tables, too, only good signatures are uses: what is forged makes no table and
//! drives none out.
//!
//! On disagreement the accelerator is off for as long as the supervisor lives, its
//! tables are given up, and the [`Fault`] waits for who asks.

use super::{
    Family,
    tables::{Kept, Subject, Tables},
};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use spin::{Mutex, Once};

/// How many signatures an accelerator has to accept with its crate before it is believed.
pub const PROBATION: u32 = 8;

/// In place of the number of comparisons that are still owed.
const OFF: u32 = u32::MAX;

/// What an accelerator is believed.
#[derive(Debug)]
pub struct Trust(AtomicU32);

impl Default for Trust {
    fn default() -> Self {
        Self(AtomicU32::new(PROBATION))
    }
}

impl Trust {
    /// Whether the accelerator is not to be asked any more.
    pub fn is_off(&self) -> bool {
        self.0.load(Ordering::Relaxed) == OFF
    }

    /// Whether the next verdict has to be compared, whatever it was made with.
    pub fn is_on_probation(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// Both have accepted.
    pub fn note_agreement(&self) {
        // An update that fails has found 0 or `OFF`, which both stay.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |owed| match owed {
            OFF => None,
            owed => owed.checked_sub(1),
        });
    }

    /// The accelerator is not to be asked any more, however much it was believed.
    pub fn end(&self) {
        self.0.store(OFF, Ordering::Relaxed);
    }
}

/// An accelerator came to another verdict than its crate and was switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which accelerator.
    pub family: Family,
    /// Its verdict; the crate's was the other one, and stood.
    pub accepted: bool,
}

impl Fault {
    fn all() -> impl Iterator<Item = Fault> {
        Family::ALL.into_iter().flat_map(|family| [false, true].map(|accepted| Fault { family, accepted }))
    }

    const fn bit(self) -> u32 {
        1 << (2 * self.family as u32 + self.accepted as u32)
    }
}

struct State {
    trust: [Trust; Family::ALL.len()],
    /// The bits of faults that nobody has asked for yet.
    faults: AtomicU32,
    tables: Mutex<Clocked>,
}

/// The tables and the number of the verification.
struct Clocked {
    now: u64,
    tables: Tables,
}

/// Trust and tables, for all verifiers that hold a clone.
#[derive(Clone)]
pub struct Supervisor(Arc<State>);

static SHARED: Once<Supervisor> = Once::new();

/// For about twenty keys in steady use, or two hundred now and then.
pub(super) const SHARED_BYTES: usize = 8 << 20;

impl Supervisor {
    /// The one for all verifiers of the process, or of the WebAssembly instance, with
    /// up to 8 MiB for tables: a curve's base point has its table once, and an
    /// accelerator that failed is off for all.
    pub fn shared() -> &'static Self {
        SHARED.call_once(|| Self::new(SHARED_BYTES))
    }

    /// Supervises all families, with up to `max_bytes` for tables.
    #[must_use]
    pub fn new(max_bytes: usize) -> Self {
        Self(Arc::new(State {
            trust: Default::default(),
            faults: AtomicU32::new(0),
            tables: Mutex::new(Clocked { now: 0, tables: Tables::new(max_bytes) }),
        }))
    }

    /// Whether a signature verifies: what `accelerated` says with the tables that
    /// the subjects have by now, or what `stock` says where that has to be heard.
    ///
    /// Never waits: while another thread looks for its tables, this one goes
    /// without.
    #[inline(never)]
    pub fn verdict<S: Subject, const N: usize>(
        &self,
        family: Family,
        subjects: [&S; N],
        accelerated: impl FnOnce([Option<&S::Table>; N]) -> bool,
        stock: impl FnOnce() -> bool,
    ) -> bool {
        if self.is_off(family) {
            return stock();
        }
        let kept = self.tables_of(subjects);
        let unproven = kept.iter().flatten().any(|kept| !kept.is_proven());
        let accepted = accelerated(kept.each_ref().map(|kept| kept.as_deref().map(Kept::table)));
        let (verdict, proof) = self.compare(family, unproven, accepted, stock);
        if proof && unproven {
            kept.iter().flatten().for_each(|kept| kept.prove());
        }
        if verdict && !self.is_off(family) {
            self.count_use(subjects);
        }
        verdict
    }

    /// As [`Supervisor::verdict`], for a family without tables: what is computed once
    /// is in the key, and `proven` goes with it.
    pub fn verdict_without_tables(
        &self,
        family: Family,
        proven: &AtomicBool,
        accelerated: impl FnOnce() -> bool,
        stock: impl FnOnce() -> bool,
    ) -> bool {
        if self.is_off(family) {
            return stock();
        }
        let unproven = !proven.load(Ordering::Relaxed);
        let (verdict, proof) = self.compare(family, unproven, accelerated(), stock);
        if proof && unproven {
            proven.store(true, Ordering::Relaxed);
        }
        verdict
    }

    /// Notes that an accelerator refuses a key that its crate has taken, which is as
    /// wrong as to refuse all of its signatures.
    #[cold]
    pub fn note_refusal(&self, family: Family) {
        self.fail(Fault { family, accepted: false });
    }

    fn fail(&self, fault: Fault) {
        self.0.faults.fetch_or(fault.bit(), Ordering::Relaxed);
        self.switch_off(fault.family);
    }

    /// Switches an accelerator off.
    pub fn switch_off(&self, family: Family) {
        if let Some(trust) = self.trust(family) {
            trust.end();
        }
        if let Some(mut clocked) = self.0.tables.try_lock() {
            clocked.tables.clear(&[family as u8]);
        }
    }

    /// Whether an accelerator is off.
    #[must_use]
    pub fn is_off(&self, family: Family) -> bool {
        self.trust(family).is_none_or(Trust::is_off)
    }

    /// Whether there is a fault that nobody was told of.
    #[must_use]
    pub fn has_fault(&self) -> bool {
        self.0.faults.load(Ordering::Relaxed) != 0
    }

    /// The next fault that nobody was told of.
    pub fn take_fault(&self) -> Option<Fault> {
        Fault::all().find(|fault| self.0.faults.fetch_and(!fault.bit(), Ordering::Relaxed) & fault.bit() != 0)
    }

    /// What the tables take; `None` while another thread is at them.
    #[must_use]
    pub fn bytes(&self) -> Option<usize> {
        Some(self.0.tables.try_lock()?.tables.bytes())
    }

    /// The level of a subject's table; `None` without one, and while another thread
    /// is at the tables.
    #[must_use]
    pub fn level<S: Subject>(&self, subject: &S) -> Option<usize> {
        self.0.tables.try_lock()?.tables.level(subject.id())
    }

    fn trust(&self, family: Family) -> Option<&Trust> {
        self.0.trust.get(family as usize)
    }

    #[inline(never)]
    fn tables_of<S: Subject, const N: usize>(&self, subjects: [&S; N]) -> [Option<Arc<Kept<S::Table>>>; N] {
        match self.0.tables.try_lock() {
            Some(clocked) => subjects.map(|subject| clocked.tables.get(subject)),
            None => [const { None }; N],
        }
    }

    #[inline(never)]
    fn count_use<S: Subject, const N: usize>(&self, subjects: [&S; N]) {
        let Some(mut clocked) = self.0.tables.try_lock() else { return };
        let Clocked { now, tables } = &mut *clocked;
        *now = now.saturating_add(1);
        for subject in subjects {
            tables.count_use(subject, *now);
        }
    }

    /// The verdict that stands, and whether both have accepted.
    fn compare(&self, family: Family, unproven: bool, accepted: bool, stock: impl FnOnce() -> bool) -> (bool, bool) {
        let on_probation = self.trust(family).is_some_and(Trust::is_on_probation);
        match unproven || on_probation {
            true => self.settle(family, accepted, stock()),
            false => (accepted, false),
        }
    }

    #[inline(never)]
    fn settle(&self, family: Family, accepted: bool, verdict: bool) -> (bool, bool) {
        if accepted != verdict {
            self.fail(Fault { family, accepted });
            return (verdict, false);
        }
        if let (true, Some(trust)) = (accepted, self.trust(family)) {
            trust.note_agreement();
        }
        (verdict, accepted)
    }
}

impl core::fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Supervisor").field("trust", &self.0.trust).finish_non_exhaustive()
    }
}
