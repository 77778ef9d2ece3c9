//! The hooks and questions of the contract, each handed to its flow.

use super::bindings::exports::koppel::crm_sync::{
    about, actions, campaign_forecasts, campaigns, card, connection, contacts, journeys,
    marketing_lists, module_fields, schedule, shop, stages,
};
use super::bindings::koppel::crm_sync::outcomes::{Answer, QuestionFailed};
use super::bindings::koppel::crm_sync::types::{EveningWindow, Event, RecordRef};
use super::convert_in::all;
use super::ports::HostPorts;
use super::trap;
use crate::flows::journeys::settings_saved::on_journey_settings_saved;
use crate::flows::journeys::{occasions, questions as about_journeys};
use crate::flows::{
    card_questions, contact_saved, export_campaign, export_forecast, list_changed, mapping_saved,
    mapping_what_if, module_field_changed, questions, run_action, settings_saved, stage_changed,
    tick,
};

/// The component.
pub(super) struct Koppel;

/// The ports of one call.
pub(super) fn ports() -> HostPorts {
    trap::tell_panics();
    HostPorts::default()
}

impl about::Guest for Koppel {
    fn describe() -> about::Description {
        crate::about::describe().into()
    }
}

impl connection::Guest for Koppel {
    fn on_settings_saved(event: Event, settings: connection::Settings) -> Answer {
        let (ports, event, settings) = (ports(), event.into(), settings.into());
        ports
            .block_on(settings_saved::on_settings_saved(&ports, &event, &settings))
            .into()
    }

    fn on_mapping_saved(event: Event, mapping: Vec<connection::MappingRow>) -> Answer {
        let (ports, event) = (ports(), event.into());
        ports
            .block_on(mapping_saved::on_mapping_saved(
                &ports,
                &event,
                all(mapping),
            ))
            .into()
    }

    fn read_state() -> connection::State {
        questions::read_state(&ports()).into()
    }

    fn read_mapping() -> Result<Vec<connection::MappingRow>, QuestionFailed> {
        questions::read_mapping(&ports())
            .map(all)
            .map_err(Into::into)
    }

    fn what_if_mapping(
        mapping: Vec<connection::MappingRow>,
        start: Option<String>,
    ) -> Result<connection::MappingEffect, QuestionFailed> {
        mapping_what_if::what_if_mapping(&ports(), all(mapping), start.as_deref())
            .map(Into::into)
            .map_err(Into::into)
    }

    fn read_properties() -> Result<Vec<connection::Property>, QuestionFailed> {
        questions::read_properties(&ports())
            .map(all)
            .map_err(Into::into)
    }
}

impl contacts::Guest for Koppel {
    fn on_contact_saved(event: Event, input: contacts::ContactSaved) -> Answer {
        // The record's state and what is remembered of it say what happened.
        let contacts::ContactSaved {
            change: _,
            saved,
            restrict_only,
        } = input;
        let (ports, saved) = (ports(), saved.into());
        let event = crate::crm::Event {
            restrict_only,
            ..event.into()
        };
        ports
            .block_on(contact_saved::on_contact_saved(&ports, &event, &saved))
            .into()
    }
}

impl actions::Guest for Koppel {
    fn run_action(event: Event, input: actions::ManualAction) -> Answer {
        let (ports, event, input) = (ports(), event.into(), input.into());
        ports
            .block_on(run_action::run_action(&ports, &event, &input))
            .into()
    }
}

impl schedule::Guest for Koppel {
    /// The window is for what mails on its own; reading what changed does not.
    fn on_tick(event: Event, _window: EveningWindow) -> Answer {
        let (ports, event) = (ports(), event.into());
        ports.block_on(tick::on_tick(&ports, &event)).into()
    }
}

impl card::Guest for Koppel {
    fn read_card(reference: RecordRef) -> Result<card::Card, QuestionFailed> {
        let card = questions::read_card(&ports(), &reference.into());
        card.map(Into::into).map_err(Into::into)
    }

    fn read_live_card(reference: RecordRef) -> Result<card::Card, QuestionFailed> {
        let (ports, reference) = (ports(), reference.into());
        let asked = card_questions::read_live_card(&ports, &reference);
        ports.block_on(asked).map(Into::into).map_err(Into::into)
    }

    fn list_mailing_history(
        reference: RecordRef,
        start: Option<String>,
    ) -> Result<card::MessagePage, QuestionFailed> {
        let (ports, reference) = (ports(), reference.into());
        let asked = card_questions::list_mailing_history(&ports, &reference, start.as_deref());
        ports.block_on(asked).map(Into::into).map_err(Into::into)
    }

    fn list_journey_history(
        reference: RecordRef,
        start: Option<String>,
    ) -> Result<card::MessagePage, QuestionFailed> {
        let (ports, reference) = (ports(), reference.into());
        let asked = card_questions::list_journey_history(&ports, &reference, start.as_deref());
        ports.block_on(asked).map(Into::into).map_err(Into::into)
    }

    fn list_form_history(
        reference: RecordRef,
        start: Option<String>,
    ) -> Result<card::FormPage, QuestionFailed> {
        let (ports, reference) = (ports(), reference.into());
        let asked = card_questions::list_form_history(&ports, &reference, start.as_deref());
        ports.block_on(asked).map(Into::into).map_err(Into::into)
    }
}

impl module_fields::Guest for Koppel {
    fn on_module_field_changed(event: Event, input: module_fields::ModuleFieldChanged) -> Answer {
        let (event, input) = (event.into(), input.into());
        module_field_changed::on_module_field_changed(&ports(), &event, &input).into()
    }
}

impl marketing_lists::Guest for Koppel {
    fn on_list_changed(
        event: Event,
        changed: marketing_lists::MarketingList,
        change: marketing_lists::ListChange,
    ) -> Answer {
        let (ports, event) = (ports(), event.into());
        let (changed, change) = (changed.into(), change.into());
        ports
            .block_on(list_changed::on_list_changed(
                &ports, &event, &changed, &change,
            ))
            .into()
    }
}

impl stages::Guest for Koppel {
    fn on_stage_changed(event: Event, input: stages::StageChanged) -> Answer {
        let (ports, event, input) = (ports(), event.into(), input.into());
        ports
            .block_on(stage_changed::on_stage_changed(&ports, &event, &input))
            .into()
    }
}

impl shop::Guest for Koppel {
    fn on_cart_changed(event: Event, cart: shop::Purchase) -> Answer {
        let (ports, event) = (ports(), event.into());
        ports
            .block_on(occasions::on_cart_changed(&ports, &event, cart.into()))
            .into()
    }

    fn on_order_changed(event: Event, order: shop::Purchase) -> Answer {
        let (ports, event) = (ports(), event.into());
        ports
            .block_on(occasions::on_order_changed(&ports, &event, order.into()))
            .into()
    }
}

impl journeys::Guest for Koppel {
    fn on_journey_settings_saved(event: Event, settings: journeys::JourneySettings) -> Answer {
        let (event, settings) = (event.into(), settings.try_into());
        on_journey_settings_saved(&ports(), &event, settings).into()
    }

    fn on_signed_up(event: Event, input: journeys::SignUp) -> Answer {
        let (ports, event) = (ports(), event.into());
        ports
            .block_on(occasions::on_signed_up(&ports, &event, input.into()))
            .into()
    }

    fn list_journeys() -> Result<Vec<journeys::Journey>, QuestionFailed> {
        about_journeys::list_journeys(&ports())
            .map(all)
            .map_err(Into::into)
    }

    fn read_journey_settings() -> Result<journeys::JourneySettings, QuestionFailed> {
        about_journeys::read_journey_settings(&ports())
            .map(Into::into)
            .map_err(Into::into)
    }

    fn read_switches(reference: RecordRef) -> Result<Vec<journeys::JourneySwitch>, QuestionFailed> {
        about_journeys::read_switches(&ports(), &reference.into())
            .map(all)
            .map_err(Into::into)
    }

    fn lint_message(
        trigger: String,
        text: String,
    ) -> Result<Vec<journeys::Finding>, QuestionFailed> {
        about_journeys::lint_message(&ports(), &trigger, &text)
            .map(all)
            .map_err(Into::into)
    }
}

impl campaigns::Guest for Koppel {
    fn export_campaign(event: Event, input: campaigns::CampaignExport) -> Answer {
        let (ports, event, input) = (ports(), event.into(), input.into());
        ports
            .block_on(export_campaign::export_campaign(&ports, &event, &input))
            .into()
    }

    fn list_addressees(
        campaign: String,
        start: Option<String>,
    ) -> Result<campaigns::AddresseePage, QuestionFailed> {
        let page = questions::list_addressees(&ports(), &campaign, start.as_deref());
        page.map(Into::into).map_err(Into::into)
    }
}

impl campaign_forecasts::Guest for Koppel {
    fn foresee_export(
        selection: String,
        permission: Option<u32>,
        start: Option<String>,
    ) -> Result<campaign_forecasts::ExportForecast, QuestionFailed> {
        export_forecast::foresee_export(&ports(), &selection, permission, start.as_deref())
            .map(Into::into)
            .map_err(Into::into)
    }
}
