//! Which keys have which table.
//!
//! A subject (a key's point, or the base point of its curve) starts without a
//! table. After some uses it gets a small one, and a larger one when it stays
//! hot. The sum of all tables is bounded, and the least recently used goes first.
//!
//! Nothing here reads a clock: `now` is the number of the verification, the same
//! for all subjects of one. In each verification at most one step of one build is
//! done, so that no request pays for a whole table.
//!
//! Eviction by last use alone would be at its worst where many keys take turns:
//! each would drive out the table that is needed next, and pay for its own again and
//! again. So a table is only given up for a subject that has gathered all the uses it
//! needs, and [`DRIVING_OUT`] at least, since that table was last used; a subject that has
//! not starts counting anew.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::{
    any::Any,
    sync::atomic::{AtomicBool, Ordering},
};

/// A size of table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// How many uses a subject has to see for it.
    pub uses: u32,
    /// What the table takes, its build included.
    pub bytes: usize,
    /// How much memory has to be free beside it. With more than 0, it drives out no
    /// other table.
    pub spare: usize,
}

/// What tables are made for.
pub trait Subject {
    /// A finished table, of any level.
    type Table: Send + Sync + 'static;
    /// A table in the making.
    type Build: Send + 'static;

    /// Tells subjects apart: the family and the public octets.
    fn id(&self) -> &[u8];

    /// The sizes there are, from small to large.
    fn levels(&self) -> &'static [Level];

    /// Begins the table of a level, by its place in [`Subject::levels`]; computes
    /// next to nothing.
    fn begin(&self, level: usize) -> Self::Build;

    /// Goes on for at most about a millisecond in WebAssembly; gives the table
    /// when it is done.
    fn step(build: &mut Self::Build) -> Option<Self::Table>;
}

/// A table, and whether a signature was accepted with it as by the crate.
#[derive(Debug)]
pub struct Kept<T> {
    table: T,
    proven: AtomicBool,
}

impl<T> Kept<T> {
    /// The table.
    pub fn table(&self) -> &T {
        &self.table
    }

    /// Whether a signature was accepted with it that the crate accepted too.
    pub fn is_proven(&self) -> bool {
        self.proven.load(Ordering::Relaxed)
    }

    pub(super) fn prove(&self) {
        self.proven.store(true, Ordering::Relaxed);
    }
}

/// What a subject costs beside its table: its identifier, its place in the map.
const ENTRY_BYTES: usize = 256;

/// The part of the memory that is kept for what subjects cost beside their tables: an eighth.
const ENTRIES_SHARE: usize = 8;

/// Every table is larger than this, so that the memory for tables ends before the places for
/// subjects do: there are always some without a table, which make place for newcomers.
pub(super) const LEAST_TABLE_BYTES: usize = (ENTRIES_SHARE - 1) * ENTRY_BYTES;

/// How many uses a subject has to see before any other's table goes for its own. Were
/// these as few as make a table where there is room, keys that are used at random would drive
/// each other out: while one is used twice, e^-2 of the others are not used at all.
const DRIVING_OUT: u32 = 8;

struct Entry {
    id: Box<[u8]>,
    last: u64,
    /// When the counting of `uses` began.
    since: u64,
    uses: u32,
    /// A `Kept` of the subject's table.
    table: Option<(usize, Arc<dyn Any + Send + Sync>)>,
    build: Option<(usize, Box<dyn Any + Send>)>,
    /// What the table and the build take.
    bytes: usize,
}

/// The tables of all families.
pub struct Tables {
    max_entries: usize,
    max_bytes: usize,
    bytes: usize,
    stepped: Option<u64>,
    /// In the order of their identifiers.
    entries: Vec<Entry>,
}

impl Tables {
    /// Takes up to `max_bytes`, all included; with 0 there are no tables.
    #[must_use]
    pub fn new(max_bytes: usize) -> Self {
        let max_entries = max_bytes / ENTRIES_SHARE / ENTRY_BYTES;
        let max_bytes = max_bytes.saturating_sub(max_entries.saturating_mul(ENTRY_BYTES));
        Self { max_entries, max_bytes, bytes: 0, stepped: None, entries: Vec::new() }
    }

    /// What is taken at the moment.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes.saturating_add(self.entries.len().saturating_mul(ENTRY_BYTES))
    }

    /// The level of the table that the subject of this identifier has.
    #[must_use]
    pub fn level(&self, id: &[u8]) -> Option<usize> {
        self.entry(id)?.table.as_ref().map(|(level, _)| *level)
    }

    /// The subject's table, where it has one.
    pub fn get<S: Subject>(&self, subject: &S) -> Option<Arc<Kept<S::Table>>> {
        let (_, table) = self.entry(subject.id())?.table.as_ref()?;
        Arc::clone(table).downcast().ok()
    }

    /// Counts a use in the verification `now` and gives the table, where there is
    /// one by now. `now` never goes back.
    pub fn for_use<S: Subject>(&mut self, subject: &S, now: u64) -> Option<Arc<Kept<S::Table>>> {
        self.count_use(subject, now);
        self.get(subject)
    }

    /// Counts a use in the verification `now`, and does a step of what is due by it.
    pub(super) fn count_use<S: Subject>(&mut self, subject: &S, now: u64) {
        let (id, levels) = (subject.id(), subject.levels());
        if let Some(level) = self.due(id, levels, now) {
            self.begin(id, level, Box::new(subject.begin(level)));
        }
        if let Some(table) = self.turn(id, now).and_then(|build| build.downcast_mut()).and_then(S::step) {
            self.keep(id, levels, Arc::new(Kept { table, proven: AtomicBool::new(false) }));
        }
    }

    /// Counts a use; the level of the table that is to be begun now, with the memory for it.
    fn due(&mut self, id: &[u8], levels: &[Level], now: u64) -> Option<usize> {
        if self.place(id).is_err() && !self.enter(id, now) {
            return None;
        }
        let entry = self.entry_mut(id)?;
        entry.last = now;
        entry.uses = entry.uses.saturating_add(1);
        let next = entry.table.as_ref().map_or(0, |(level, _)| level.saturating_add(1));
        let (uses, since) = (entry.uses, entry.since);
        let level = levels.get(next).filter(|level| entry.build.is_none() && uses >= level.uses)?;
        let fits = self.bytes.saturating_add(level.bytes).saturating_add(level.spare) <= self.max_bytes;
        if !fits && uses < DRIVING_OUT {
            return None;
        }
        let room = fits || level.spare == 0 && self.make_room(level.bytes, since);
        if room {
            self.bytes = self.bytes.saturating_add(level.bytes);
        }
        let entry = self.entry_mut(id)?;
        if !room {
            (entry.uses, entry.since) = (0, now);
            return None;
        }
        entry.bytes = entry.bytes.saturating_add(level.bytes);
        Some(next)
    }

    fn begin(&mut self, id: &[u8], level: usize, build: Box<dyn Any + Send>) {
        if let Some(entry) = self.entry_mut(id) {
            entry.build = Some((level, build));
        }
    }

    /// The build that the subject waits for, unless another subject had a step in this
    /// verification.
    fn turn(&mut self, id: &[u8], now: u64) -> Option<&mut (dyn Any + Send)> {
        let place = self.place(id).ok()?;
        let (_, build) = self.entries.get_mut(place)?.build.as_mut()?;
        if self.stepped == Some(now) {
            return None;
        }
        self.stepped = Some(now);
        Some(&mut **build)
    }

    /// Exchanges the build, which is done, for its table.
    fn keep(&mut self, id: &[u8], levels: &[Level], table: Arc<dyn Any + Send + Sync>) {
        let Some(entry) = self.entry_mut(id) else { return };
        let Some((level, _)) = entry.build.take() else { return };
        let smaller = entry.table.replace((level, table));
        let freed = smaller.and_then(|(level, _)| levels.get(level)).map_or(0, |level| level.bytes);
        entry.bytes = entry.bytes.saturating_sub(freed);
        self.bytes = self.bytes.saturating_sub(freed);
    }

    /// Gives up everything that belongs to subjects whose identifiers begin so.
    pub fn clear(&mut self, prefix: &[u8]) {
        self.entries.retain(|entry| !entry.id.starts_with(prefix));
        self.bytes = self.entries.iter().map(|entry| entry.bytes).fold(0, usize::saturating_add);
    }

    /// The place of the entry of this identifier, or where it would be.
    fn place(&self, id: &[u8]) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| (*entry.id).cmp(id))
    }

    fn entry(&self, id: &[u8]) -> Option<&Entry> {
        self.entries.get(self.place(id).ok()?)
    }

    fn entry_mut(&mut self, id: &[u8]) -> Option<&mut Entry> {
        let place = self.place(id).ok()?;
        self.entries.get_mut(place)
    }

    /// A place for a new subject, in exchange for one without a table if need be, or for one that
    /// was not used while all that have a place could have been, [`DRIVING_OUT`] times.
    fn enter(&mut self, id: &[u8], now: u64) -> bool {
        let long_ago = now.saturating_sub(u64::from(DRIVING_OUT) * self.max_entries as u64);
        let idle = |entry: &Entry| entry.last < if entry.bytes == 0 { now } else { long_ago };
        if self.entries.len() >= self.max_entries && !self.evict(idle) {
            return false;
        }
        let Err(place) = self.place(id) else { return false };
        let id = id.into();
        self.entries.insert(place, Entry { id, last: now, since: now, uses: 0, table: None, build: None, bytes: 0 });
        true
    }

    /// Whether there is room for `bytes`, made by giving up tables that were not
    /// used from `since` on.
    fn make_room(&mut self, bytes: usize, since: u64) -> bool {
        let idle = |entry: &Entry| entry.bytes > 0 && entry.last < since;
        let freeable = self.entries.iter().filter(|entry| idle(entry)).map(|entry| entry.bytes);
        let remaining = freeable.fold(self.bytes, usize::saturating_sub);
        if remaining.saturating_add(bytes) > self.max_bytes {
            return false;
        }
        while self.bytes.saturating_add(bytes) > self.max_bytes && self.evict(idle) {}
        true
    }

    /// Drops the least recently used subject among those that `may` go.
    fn evict(&mut self, may: impl Fn(&Entry) -> bool) -> bool {
        let candidates = self.entries.iter().enumerate().filter(|(_, entry)| may(entry));
        let Some((place, _)) = candidates.min_by_key(|(_, entry)| entry.last) else {
            return false;
        };
        let entry = self.entries.remove(place);
        self.bytes = self.bytes.saturating_sub(entry.bytes);
        true
    }
}

impl core::fmt::Debug for Tables {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Tables").field("subjects", &self.entries.len()).field("bytes", &self.bytes).finish()
    }
}
