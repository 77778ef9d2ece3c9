//! Deletes what cannot be changed, and what may be left of a sync that never
//! ended (C19). A list in use stands until it is not (DA-49).

use crate::change::{CrmChange, LogLevel};
use crate::codes;
use crate::flows::list_call::{End, ListCall};
use crate::ports::Ports;
use crate::profile::ListForm;
use crate::roster::{Course, Phase, Roster, Run, There};
use crate::spotler::list::{ListRefusal, ListTrouble};

use super::{IN_USE_MS, trouble_of};

impl<P: Ports> ListCall<'_, P> {
    pub(super) async fn delete(
        &self,
        roster: &mut Roster,
        run: &mut Run,
        changes: &mut Vec<CrmChange>,
    ) -> Result<(), End> {
        if run.course == Course::Replace
            && let Some(there) = roster.there.clone()
        {
            self.delete_one(&there, changes).await?;
            run.replaced_name = Some(there.name);
            roster.there = None;
            roster.members = 0;
        }
        let others = roster.may_stand.clone().into_iter();
        for other in others.filter(|it| run.making.as_ref() != Some(it)) {
            self.delete_one(&other, changes).await?;
            roster.may_stand.retain(|it| *it != other);
        }
        run.to(match run.course {
            Course::Make | Course::Replace => Phase::Make,
            Course::Amend => Phase::Remove,
            Course::Extend => Phase::Fill,
        });
        Ok(())
    }

    /// Deletes one list; one that is gone is gone.
    pub(crate) async fn delete_one(
        &self,
        there: &There,
        changes: &mut Vec<CrmChange>,
    ) -> Result<(), End> {
        let deleted = match there.form {
            ListForm::StaticList => self.spotler.delete_list(&there.external_id).await,
            ListForm::Audience => self.spotler.delete_audience(&there.external_id).await,
        };
        match deleted {
            Ok(()) | Err(ListTrouble::Refused(ListRefusal::NoSuchList)) => Ok(()),
            // Nothing else is documented as a reason not to delete.
            Err(ListTrouble::Refused(ListRefusal::InUse | ListRefusal::Refused)) => {
                changes.extend(self.tell_in_use());
                Err(End::again(codes::LIST_IN_USE, Some(self.now + IN_USE_MS)))
            }
            Err(trouble) => Err(trouble_of(trouble)),
        }
    }

    /// Told in the log at each attempt, and to the user once.
    fn tell_in_use(&self) -> Vec<CrmChange> {
        let about = vec![("list".to_owned(), self.list.id.clone())];
        vec![
            CrmChange::Log {
                level: LogLevel::Warning,
                code: codes::LOG_LIST_IN_USE,
                about: about.clone(),
            },
            CrmChange::Notify {
                key: format!("list-in-use-{}", self.event.id),
                user: self.event.user.clone(),
                code: codes::LIST_IN_USE,
                about,
            },
        ]
    }
}
