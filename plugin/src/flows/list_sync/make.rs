//! Makes the list under the id that was noted before. Once an older one was
//! deleted for it, everything ends here (C19).

use crate::change::CrmChange;
use crate::codes;
use crate::flows::list_call::{End, ListCall};
use crate::outcome::Actor;
use crate::ports::Ports;
use crate::profile::ListForm;
use crate::roster::{Phase, Roster, Run, There};
use crate::spotler::list::{ListRefusal, ListTrouble};

use super::fill::again_from;
use super::trouble_of;

impl<P: Ports> ListCall<'_, P> {
    pub(super) async fn make(
        &self,
        roster: &mut Roster,
        run: &mut Run,
        changes: &mut Vec<CrmChange>,
    ) -> Result<(), End> {
        let Some(making) = run.making.clone() else {
            return Err(End::rejected(codes::LIST_REFUSED, Actor::Vendor));
        };
        // A static list is made with its first members, an audience empty.
        let batch = match making.form {
            ListForm::StaticList => self.collect(roster, run, making.generation),
            ListForm::Audience => Vec::new(),
        };
        let ids: Vec<String> = batch.iter().map(|it| it.external_id.clone()).collect();
        let made = match making.form {
            ListForm::StaticList => {
                let spotler = &self.spotler;
                spotler
                    .create_list(&making.external_id, &making.name, &ids)
                    .await
            }
            ListForm::Audience => {
                let spotler = &self.spotler;
                spotler
                    .create_audience(&making.external_id, &making.name)
                    .await
            }
        };
        match made {
            Ok(()) => self.note_sent(&batch, roster, run, making.generation),
            Err(ListTrouble::Refused(refusal)) => match self.refused(&making, refusal).await? {
                // An earlier attempt of ours arrived. Whom it put on the list is
                // not certain, so all are added.
                Refused::MadeEarlier => again_from(run, None),
                Refused::TooManyMembers if !batch.is_empty() => {
                    again_from(run, None);
                    return self.halve(&batch, run, changes);
                }
                Refused::NameTaken => {
                    again_from(run, None);
                    return self.fall_back(roster, run);
                }
                Refused::TooManyMembers | Refused::Otherwise => {
                    return Err(not_made(roster, &making, codes::LIST_REFUSED));
                }
                Refused::TooManyLists => {
                    return Err(not_made(roster, &making, codes::LIST_TOO_MANY));
                }
            },
            Err(trouble) => {
                again_from(run, None);
                return Err(trouble_of(trouble));
            }
        }
        roster.may_stand.retain(|it| *it != making);
        roster.there = Some(making);
        run.phase = Phase::Fill;
        Ok(())
    }

    /// What a refusal to make a list means. Whether a list with our id stands
    /// after all is looked up, because which refusal comes first is not known.
    async fn refused(&self, making: &There, refusal: ListRefusal) -> Result<Refused, End> {
        let names_members = matches!(
            (making.form, refusal),
            (ListForm::StaticList, ListRefusal::UnknownMembers)
        );
        if names_members {
            return Ok(Refused::TooManyMembers);
        }
        let stands = match making.form {
            ListForm::StaticList => {
                let lists = self.spotler.static_lists().await?;
                let ours = |id: &Option<String>| id.as_deref() == Some(&making.external_id);
                lists.iter().any(|it| ours(&it.external_id))
            }
            ListForm::Audience => {
                let id = &making.external_id;
                self.spotler.has_audience(id).await.map_err(trouble_of)?
            }
        };
        Ok(match refusal {
            _ if stands => Refused::MadeEarlier,
            ListRefusal::NameTaken => Refused::NameTaken,
            ListRefusal::TooManyLists => Refused::TooManyLists,
            // An audience's refusal may have no body, and an empty audience can be
            // refused for its name or for the number of audiences only.
            ListRefusal::Refused if making.form == ListForm::Audience => Refused::NameTaken,
            ListRefusal::Refused | ListRefusal::UnknownMembers => Refused::TooManyMembers,
            ListRefusal::IdTaken | ListRefusal::InUse | ListRefusal::NoSuchList => {
                Refused::Otherwise
            }
        })
    }

    /// Somebody took the new name after we looked. The old list is gone by now:
    /// it is made under its old name again, rather than not at all.
    fn fall_back(&self, roster: &mut Roster, run: &mut Run) -> Result<(), End> {
        let old_name = run.replaced_name.take();
        match (run.making.take(), old_name) {
            (Some(making), Some(name)) if making.name != name => {
                let renamed = There { name, ..making };
                roster.may_stand.clear();
                roster.may_stand.push(renamed.clone());
                run.making = Some(renamed);
                run.kept_old_name = true;
                Ok(())
            }
            (Some(making), _) => Err(not_made(roster, &making, codes::LIST_NAME_TAKEN)),
            (None, _) => Err(End::rejected(codes::LIST_NAME_TAKEN, Actor::CrmUser)),
        }
    }
}

/// What a refusal to make a list means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    /// It stands: an earlier attempt arrived.
    MadeEarlier,
    /// Somebody else's list has the name.
    NameTaken,
    /// The account has as many as it may.
    TooManyLists,
    /// One of the members is not there, or they are too many.
    TooManyMembers,
    /// Nothing that is documented.
    Otherwise,
}

/// Nothing was made, for certain.
fn not_made(roster: &mut Roster, making: &There, code: &'static str) -> End {
    roster.may_stand.retain(|it| it != making);
    let who = match code {
        codes::LIST_NAME_TAKEN => Actor::CrmUser,
        _ => Actor::Marketer,
    };
    End::rejected(code, who)
}
