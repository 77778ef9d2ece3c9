//! What is being worked on, in memory: a kill gives everything back at once.

use super::job_engine::JobEngine;
use super::places::Places;
use crate::pace::Paces;
use crate::queue::task::{self, Task};
use crate::{Connection, Timestamp};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The claims of one worker.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// Tenant and order key: one at a time, in order.
    taken: HashSet<(String, String)>,
    /// How many calls each tenant has under way.
    of_tenant: HashMap<String, usize>,
    long: usize,
    /// Which tenant had its turn last.
    last_tenant: String,
}

impl Claims {
    pub(super) fn take(&mut self, task: &Task) {
        self.taken
            .insert((task.tenant.as_str().to_owned(), task.order_key.clone()));
        *self
            .of_tenant
            .entry(task.tenant.as_str().to_owned())
            .or_default() += 1;
        self.long += usize::from(task.is_long);
    }

    pub(super) fn give_back(&mut self, task: &Task) {
        self.taken
            .remove(&(task.tenant.as_str().to_owned(), task.order_key.clone()));
        if let Some(count) = self.of_tenant.get_mut(task.tenant.as_str()) {
            *count -= 1;
            if *count == 0 {
                self.of_tenant.remove(task.tenant.as_str());
            }
        }
        self.long -= usize::from(task.is_long);
    }

    /// Chooses rows to work on, by tenant: a place for long work is kept free, the rest goes
    /// to single records first; tenants take turns, one row each.
    pub(super) async fn choose(
        &mut self,
        connection: &mut Connection,
        jobs: &dyn JobEngine,
        paces: &Paces,
        most: usize,
        now: Timestamp,
    ) -> Result<BTreeMap<String, Vec<i64>>, sqlx::Error> {
        let is_idle = self.taken.is_empty();
        let tenants = self.in_turn(jobs.tenants(connection, now, is_idle).await?);
        let places = Places::new(&self.of_tenant, paces, most, now);
        let free = most - self.taken.len().min(most);
        let most_long = (most / 2).max(1);
        let kept = usize::from(self.long == 0 && most > 1).min(free);
        let mut chosen = Chosen::new(places);
        // Mostly nobody has any: that is asked once, and not of each tenant.
        let with_long = task::tenants_with_long_work_due(connection, now).await?;
        let with_long: Vec<String> = tenants
            .iter()
            .filter(|it| with_long.contains(*it))
            .cloned()
            .collect();
        let long = self
            .pick(connection, &with_long, true, now, kept, &mut chosen)
            .await?;
        let short = free - chosen.count;
        self.pick(connection, &tenants, false, now, short, &mut chosen)
            .await?;
        let room = free - chosen.count;
        let more = room.min(most_long.saturating_sub(self.long + long));
        self.pick(connection, &with_long, true, now, more, &mut chosen)
            .await?;
        if let Some(last) = chosen.last_tenant {
            self.last_tenant = last;
        }
        let under_way = self.of_tenant.keys().chain(chosen.rows.keys());
        let waiting = tenants
            .iter()
            .filter(|it| !chosen.has_nothing.contains(*it));
        jobs.give_back(connection, &under_way.chain(waiting).cloned().collect())
            .await?;
        Ok(chosen.rows)
    }

    /// The tenants, beginning after the one that had its turn last.
    fn in_turn(&self, mut tenants: Vec<String>) -> Vec<String> {
        let after = tenants.partition_point(|it| *it <= self.last_tenant);
        tenants.rotate_left(after);
        tenants
    }

    async fn pick(
        &self,
        connection: &mut Connection,
        tenants: &[String],
        is_long: bool,
        now: Timestamp,
        room: usize,
        chosen: &mut Chosen,
    ) -> Result<usize, sqlx::Error> {
        if room == 0 {
            return Ok(0);
        }
        let before = chosen.count;
        let mut queues = Vec::new();
        // One row each; as soon as all places are taken nobody else is asked.
        for tenant in tenants {
            if chosen.count - before == room {
                break;
            }
            if !chosen.places.has_room(tenant) {
                continue;
            }
            // What is claimed may come first: ask for that many more.
            let limit = room + self.taken.len() + chosen.count;
            let paused = chosen.places.is_paused(tenant);
            let due = task::due(connection, tenant, is_long, now, paused, limit).await?;
            let free: Vec<(i64, String)> = due
                .into_iter()
                .filter(|(_, key)| !self.taken.contains(&(tenant.clone(), key.clone())))
                .collect();
            if free.is_empty() && !is_long {
                chosen.has_nothing.insert(tenant.clone());
            }
            let mut queue = free.into_iter();
            if chosen.take_next(tenant, &mut queue) {
                queues.push((tenant, queue));
            }
        }
        // Then again, those that have more.
        while chosen.count - before < room && !queues.is_empty() {
            queues.retain_mut(|(tenant, queue)| {
                chosen.count - before < room && chosen.take_next(tenant, queue)
            });
        }
        Ok(chosen.count - before)
    }
}

/// What this round has chosen.
struct Chosen {
    rows: BTreeMap<String, Vec<i64>>,
    count: usize,
    keys: HashSet<(String, String)>,
    last_tenant: Option<String>,
    /// Whom there was nothing more to take of.
    has_nothing: HashSet<String>,
    places: Places,
}

impl Chosen {
    fn new(places: Places) -> Self {
        Self {
            rows: BTreeMap::new(),
            count: 0,
            keys: HashSet::new(),
            last_tenant: None,
            has_nothing: HashSet::new(),
            places,
        }
    }

    /// Chooses a tenant's next row, if there is one and it has room; whether it did.
    fn take_next(&mut self, tenant: &str, queue: &mut impl Iterator<Item = (i64, String)>) -> bool {
        if !self.places.has_room(tenant) {
            return false;
        }
        let Some((seq, key)) = queue.find(|(_, key)| self.is_free(tenant, key)) else {
            return false;
        };
        self.add(tenant, seq, key);
        true
    }

    fn is_free(&self, tenant: &str, key: &str) -> bool {
        !self.keys.contains(&(tenant.to_owned(), key.to_owned()))
    }

    fn add(&mut self, tenant: &str, seq: i64, key: String) {
        self.rows.entry(tenant.to_owned()).or_default().push(seq);
        self.count += 1;
        self.places.take(tenant);
        self.keys.insert((tenant.to_owned(), key));
        self.last_tenant = Some(tenant.to_owned());
    }
}
