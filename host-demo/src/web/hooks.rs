//! What a call of the component is called.

use super::words::words;
use crate::explain::Language;

words! {
    struct HookWords {
        contact_saved: "Contact opgeslagen", "Contact saved";
        settings_saved: "Verbinding opgeslagen", "Connection saved";
        mapping_saved: "Mapping opgeslagen", "Mapping saved";
        run_action: "Met de hand gestart", "Started by hand";
        tick: "Kijken wat in Spotler veranderde", "Look at what changed in Spotler";
        module_field: "Moduleveld gewijzigd", "Module field changed";
        stage_changed: "Verkoopfase gewijzigd", "Sales stage changed";
        export_campaign: "Campagne exporteren", "Export a campaign";
        list_changed: "Marketinglijst gewijzigd", "Marketing list changed";
        cart_changed: "Winkelwagen gewijzigd", "Cart changed";
        order_changed: "Bestelling gewijzigd", "Order changed";
        journey_settings: "Automations opgeslagen", "Automations saved";
        signed_up: "Formulier ingevuld", "Form sent in";
    }
}

/// What a call is called; its code where it is not known.
pub(crate) fn name(language: Language, code: &str) -> &str {
    let w = HookWords::of(language);
    match code {
        "on-contact-saved" => w.contact_saved,
        "on-settings-saved" => w.settings_saved,
        "on-mapping-saved" => w.mapping_saved,
        "run-action" => w.run_action,
        "on-tick" => w.tick,
        "on-module-field-changed" => w.module_field,
        "on-stage-changed" => w.stage_changed,
        "export-campaign" => w.export_campaign,
        "on-list-changed" => w.list_changed,
        "on-cart-changed" => w.cart_changed,
        "on-order-changed" => w.order_changed,
        "on-journey-settings-saved" => w.journey_settings,
        "on-signed-up" => w.signed_up,
        other => other,
    }
}
