//! The part of a handle that stands for Spotler's screens beyond contacts.

use crate::deliver;
use crate::error::UiError;
use crate::handle::SimHandle;
use crate::ui::form::{self, FormAction};
use crate::ui::journey::{self, JourneyAction, JourneyDraft};
use crate::ui::list::{self, ListAction};
use crate::ui::mailing::{self, MailingAction};
use crate::ui::recipient::{self, RecipientAct, RecipientAction};
use crate::world::audience::Audience;
use crate::world::contact::Contact;
use crate::world::form::{Form, FormResult};
use crate::world::journey::{Journey, Participation};
use crate::world::list::{DynamicList, StaticList};
use crate::world::mailing::{JourneyMailing, Mailing, Medium, Message, Sending, Target};
use crate::world::shop::{ShopOrder, ShopProduct};

impl SimHandle {
    /// Does what a user does under Lists.
    pub fn ui_list(&self, action: &ListAction) -> Result<(), UiError> {
        list::act(&mut self.lock(), action)
    }

    /// Does what a user does under Mailings; answers an id.
    pub fn ui_mailing(&self, action: &MailingAction) -> Result<String, UiError> {
        mailing::act(&mut self.lock(), action)
    }

    /// Makes a mailing in all its parts and sends it now; answers its id.
    pub fn ui_send(&self, name: &str, message: Message, target: Target) -> Result<String, UiError> {
        let (name, medium) = (name.to_owned(), Medium::Email);
        let mailing = self.ui_mailing(&MailingAction::Make {
            name,
            medium,
            message,
        })?;
        let id = || mailing.clone();
        self.ui_mailing(&MailingAction::ChooseList {
            mailing: id(),
            target,
            permission: None,
        })?;
        self.ui_mailing(&MailingAction::Schedule {
            mailing: id(),
            at: None,
        })?;
        self.ui_mailing(&MailingAction::Confirm { mailing: id() })
    }

    /// Does what a user does under Campaigns or Automations; answers an id or a trigger code.
    pub fn ui_journey(&self, action: &JourneyAction) -> Result<String, UiError> {
        journey::act(&mut self.lock(), action)
    }

    /// Makes a journey; answers it, with the code of its trigger.
    pub fn ui_make_journey(&self, draft: JourneyDraft) -> Result<Journey, UiError> {
        let id = self.ui_journey(&JourneyAction::Make(draft))?;
        self.lock()
            .world
            .journey(&id)
            .cloned()
            .ok_or(UiError::NoSuch("journey"))
    }

    /// Does what a recipient does with a message.
    pub fn recipient(&self, who: &str, mailing: &str, act: RecipientAct) -> Result<(), UiError> {
        let action = RecipientAction {
            who: who.to_owned(),
            mailing: mailing.to_owned(),
            act,
        };
        recipient::act(&mut self.lock(), &action)
    }

    /// Does what a user or a visitor does with forms; answers a number.
    pub fn ui_form(&self, action: &FormAction) -> Result<u64, UiError> {
        form::act(&mut self.lock(), action)
    }

    /// The static lists.
    pub fn static_lists(&self) -> Vec<StaticList> {
        self.lock().world.static_lists.clone()
    }

    /// Who is on the static list of this name.
    pub fn static_list_members(&self, name: &str) -> Vec<Contact> {
        let state = self.lock();
        let members = state
            .world
            .static_list_named(name)
            .map(|it| it.members.clone());
        members
            .unwrap_or_default()
            .into_iter()
            .filter_map(|id| state.world.contacts.get(id).cloned())
            .collect()
    }

    /// The dynamic lists.
    pub fn dynamic_lists(&self) -> Vec<DynamicList> {
        self.lock().world.dynamic_lists.clone()
    }

    /// Who is on the dynamic list of this name now.
    pub fn dynamic_list_members(&self, name: &str) -> Vec<Contact> {
        let state = self.lock();
        let list = state.world.dynamic_lists.iter().find(|it| it.name == name);
        let members = list
            .map(|it| state.world.dynamic_members(it))
            .unwrap_or_default();
        members
            .into_iter()
            .filter_map(|id| state.world.contacts.get(id).cloned())
            .collect()
    }

    /// The audiences.
    pub fn audiences(&self) -> Vec<Audience> {
        self.lock().world.audiences.clone()
    }

    /// The mailings.
    pub fn mailings(&self) -> Vec<Mailing> {
        self.lock().world.mailings.clone()
    }

    /// Who would get a mailing if it were sent now.
    pub fn recipients_now(&self, mailing: &str) -> Vec<Contact> {
        let state = self.lock();
        let ids = state
            .world
            .mailing(mailing)
            .map(|it| deliver::recipients(&state, it));
        ids.unwrap_or_default()
            .into_iter()
            .filter_map(|id| state.world.contacts.get(id).cloned())
            .collect()
    }

    /// Every message that was sent, oldest first.
    pub fn sends(&self) -> Vec<Sending> {
        self.lock().world.sends.clone()
    }

    /// The campaigns and automations.
    pub fn journeys(&self) -> Vec<Journey> {
        self.lock().world.journeys.clone()
    }

    /// The messages of journeys.
    pub fn journey_mailings(&self) -> Vec<JourneyMailing> {
        self.lock().world.journey_mailings.clone()
    }

    /// Who takes or took part in journeys.
    pub fn participations(&self) -> Vec<Participation> {
        self.lock().world.participations.clone()
    }

    /// The forms.
    pub fn forms(&self) -> Vec<Form> {
        self.lock().world.forms.clone()
    }

    /// What people filled in.
    pub fn form_results(&self) -> Vec<FormResult> {
        self.lock().world.form_results.clone()
    }

    /// The products of the webshop, deleted ones included.
    pub fn products(&self) -> Vec<ShopProduct> {
        self.lock().world.products.clone()
    }

    /// The orders of the webshop.
    pub fn orders(&self) -> Vec<ShopOrder> {
        self.lock().world.orders.clone()
    }
}
