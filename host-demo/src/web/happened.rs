//! What an event is called, and what it is about: the connector's own names are for
//! programs.

use super::{
    links::encoded,
    visit::Visit,
    words::{fill, words},
};
use crate::{contract::RecordKind, crm::codes::Code};

words! {
    struct HappenedWords {
        contact_saved: "Contact opgeslagen", "Contact saved";
        settings_saved: "Instellingen opgeslagen", "Settings saved";
        mapping_saved: "Mapping opgeslagen", "Mapping saved";
        action: "Handeling van een gebruiker", "Operation of a user";
        tick: "Nieuws van Spotler gelezen", "News of Spotler read";
        module_field: "Modulevelden gewijzigd", "Module fields changed";
        stage: "Verkoop in een andere fase", "Sale in another stage";
        campaign: "Campagne geëxporteerd", "Campaign exported";
        list: "Marketinglijst gewijzigd", "Marketing list changed";
        cart: "Winkelwagen gewijzigd", "Cart changed";
        order: "Bestelling gewijzigd", "Order changed";
        journeys: "Instellingen van automations opgeslagen", "Settings of automations saved";
        signed_up: "Aanmelding via een formulier", "Sign-up through a form";
        of_relation: "relatie {}", "relation {}";
        of_campaign: "campagne", "campaign";
        of_list: "marketinglijst", "marketing list";
    }
}

/// What an event of a hook is called.
pub(crate) fn event(visit: &Visit, hook: &str) -> String {
    let w = HappenedWords::of(visit.language());
    match hook {
        "on-contact-saved" => w.contact_saved,
        "on-settings-saved" => w.settings_saved,
        "on-mapping-saved" => w.mapping_saved,
        "run-action" => w.action,
        "on-tick" => w.tick,
        "on-module-field-changed" => w.module_field,
        "on-stage-changed" => w.stage,
        "export-campaign" => w.campaign,
        "on-list-changed" => w.list,
        "on-cart-changed" => w.cart,
        "on-order-changed" => w.order,
        "on-journey-settings-saved" => w.journeys,
        "on-signed-up" => w.signed_up,
        other => other,
    }
    .to_owned()
}

/// Something with a page of its own, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct About {
    /// The address of its page; none where it has none.
    pub(crate) address: Option<String>,
    /// What it is.
    pub(crate) text: String,
}

/// What an event is about, by its subject such as `contact/17`.
pub(crate) fn about(visit: &Visit, subject: Option<&str>) -> About {
    let Some((kind, id)) = subject.and_then(|it| it.split_once('/')) else {
        return About::default();
    };
    let (w, at) = (HappenedWords::of(visit.language()), encoded(id));
    let (address, text) = match (RecordKind::from_code(kind), kind) {
        (Some(record), _) => (
            format!("/records/{kind}/{at}"),
            format!("{} {id}", visit.frame.words.kind_of(record)),
        ),
        (None, "relation") => (format!("/relations/{at}"), fill(w.of_relation, id)),
        // The ids of these say nothing to a person.
        (None, "campaign") => (format!("/campaigns/{at}"), w.of_campaign.to_owned()),
        (None, "marketing-list" | "list") => (format!("/lists/{at}"), w.of_list.to_owned()),
        (None, _) => return About::default(),
    };
    About {
        address: Some(address),
        text,
    }
}
