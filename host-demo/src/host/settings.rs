//! The settings of the connection: two secret fields, shown redacted (YO-07).

use koppel_embedding::{
    Event, EventKey, OwnLimits, Rate, Secret, TenantSettings, contract::connection::Profile,
    own_limits, rate, settings,
};

use super::{DemoHost, HostError};
use crate::crm::{
    desk::{DemoCrm, enqueue},
    users::{self, SPOTLER_RIGHT},
};

/// What an administrator enters. The two secret fields of YO-07 never show.
#[derive(Clone)]
pub struct SettingsForm {
    /// The tick at “activate connection” (PV-04).
    pub active: bool,
    /// The Spotler API key.
    pub key: String,
    /// The Spotler API secret; none leaves the stored one as it is.
    pub secret: Option<Secret>,
    /// Where Spotler is.
    pub address: String,
    /// The choices of this CRM.
    pub profile: Profile,
}

/// The settings as they are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingsView {
    /// Whether the connection is switched on.
    pub active: bool,
    /// The first characters of the key, and nothing more of it.
    pub key: String,
    /// Whether there is a secret. It is never shown.
    pub secret_present: bool,
    /// Where Spotler is.
    pub address: String,
    /// The choices of this CRM.
    pub profile: Profile,
}

impl std::fmt::Debug for SettingsForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SettingsForm")
            .field("active", &self.active)
            .field("key", &redacted(&self.key))
            .field("secret", &self.secret)
            .field("address", &self.address)
            .field("profile", &self.profile)
            .finish()
    }
}

impl DemoCrm {
    /// Saves the settings and queues their event. Refused for a user without
    /// the right `spotler`: nothing is saved and nothing queued (PV-02).
    pub async fn save_settings(&self, form: SettingsForm) -> Result<EventKey, HostError> {
        let (crm, user) = (self.clone(), self.user.clone().unwrap_or_default());
        self.write(move |connection, tenant| {
            Box::pin(async move {
                if !users::has_right(connection, &tenant, &user, SPOTLER_RIGHT).await? {
                    return Err(HostError::Forbidden { user });
                }
                let entered = TenantSettings {
                    active: form.active,
                    key: form.key,
                    secret: form.secret,
                    address: form.address,
                    profile: form.profile,
                };
                settings::save(&crm.store, connection, &crm.tenant, &entered).await?;
                let event = crm.new_event(Event::SettingsSaved);
                Ok(enqueue(connection, &crm.tenant, event).await?)
            })
        })
        .await
    }

    /// The settings as they may be shown; none where nobody saved any.
    pub async fn settings(&self) -> Result<Option<SettingsView>, HostError> {
        let stored = self.stored_settings().await?;
        Ok(stored.map(|it| SettingsView {
            active: it.active,
            key: redacted(&it.key),
            secret_present: it.secret.is_some(),
            address: it.address,
            profile: it.profile,
        }))
    }

    /// Changes some of the stored settings; those of a new connection are
    /// empty, at Spotler's own address, with profile `default`.
    pub async fn change_settings(
        &self,
        change: impl FnOnce(&mut SettingsForm),
    ) -> Result<EventKey, HostError> {
        let stored = self.stored_settings().await?;
        let mut form = stored.map_or_else(SettingsForm::empty, |it| SettingsForm {
            active: it.active,
            key: it.key,
            secret: None,
            address: it.address,
            profile: it.profile,
        });
        change(&mut form);
        self.save_settings(form).await
    }

    /// How many requests are made to Spotler; none: as many as Spotler bears.
    pub async fn rate(&self) -> Result<Option<Rate>, HostError> {
        let mut connection = self.store.readers().acquire().await?;
        Ok(rate::load(&mut connection, &self.tenant).await?)
    }

    /// Sets how many requests are made to Spotler, from the next call on.
    pub async fn save_rate(&self, to: Option<Rate>) -> Result<(), HostError> {
        let tenant = self.tenant.clone();
        self.write(move |connection, _| {
            Box::pin(async move { Ok(rate::save(connection, &tenant, to).await?) })
        })
        .await
    }

    /// What a call of this tenant may use, where it is not what the host says.
    pub async fn limits(&self) -> Result<OwnLimits, HostError> {
        let mut connection = self.store.readers().acquire().await?;
        Ok(own_limits::load(&mut connection, &self.tenant).await?)
    }

    /// Sets what a call of this tenant may use, from the next call on.
    pub async fn save_limits(&self, to: OwnLimits) -> Result<(), HostError> {
        let tenant = self.tenant.clone();
        self.write(move |connection, _| {
            Box::pin(async move { Ok(own_limits::save(connection, &tenant, to).await?) })
        })
        .await
    }

    async fn stored_settings(&self) -> Result<Option<TenantSettings>, HostError> {
        let mut connection = self.store.readers().acquire().await?;
        Ok(settings::load(&self.store, &mut connection, &self.tenant).await?)
    }
}

impl DemoHost {
    /// Saves the settings of an active connection and queues their event.
    pub async fn activate(
        &self,
        key: &str,
        secret: &str,
        address: &str,
        profile: &str,
    ) -> Result<EventKey, HostError> {
        let form = SettingsForm {
            active: true,
            key: key.to_owned(),
            secret: Some(Secret::new(secret.to_owned())),
            address: address.to_owned(),
            profile: Profile::Named(profile.to_owned()),
        };
        self.crm.save_settings(form).await
    }
}

impl SettingsForm {
    fn empty() -> Self {
        Self {
            active: false,
            key: String::new(),
            secret: None,
            address: "https://restapi.mailplus.nl/integrationservice".to_owned(),
            profile: Profile::Named("default".to_owned()),
        }
    }
}

/// The first four characters of a long key, so that two keys can be told apart.
fn redacted(key: &str) -> String {
    match key.chars().count() {
        0 => String::new(),
        1..=8 => "…".to_owned(),
        _ => format!("{}…", key.chars().take(4).collect::<String>()),
    }
}
