//! Which version of the component is used, and changing it while the host runs.

use koppel_embedding::{
    Trust, UpdateError,
    update::{Changed, ComponentUse, InUse, KeptComponent},
};

use super::{DemoHost, HostError};

/// The component as it is used, with what it says of itself.
#[derive(Clone, Debug)]
pub struct ComponentView {
    /// Which one is used, and since when.
    pub in_use: InUse,
    /// Its own version, as it says.
    pub version: String,
    /// What is kept and can be used again, the latest first.
    pub kept: Vec<KeptComponent>,
    /// What was chosen when, the latest first.
    pub uses: Vec<ComponentUse>,
}

impl DemoHost {
    /// Uses another component from now on, if it is trusted; an interface that it
    /// may lack is named in `without`.
    pub async fn use_component(
        &self,
        bytes: Vec<u8>,
        signature: Option<&str>,
        trust: &Trust,
        without: &[String],
    ) -> Result<Changed, UpdateError> {
        self.host
            .use_component(bytes, signature, trust, without)
            .await
    }

    /// Uses a component from now on that is kept, by the first digits of its hash.
    pub async fn use_kept(&self, sha256: &str, without: &[String]) -> Result<Changed, UpdateError> {
        self.host.use_kept(sha256, without).await
    }

    /// Goes back to the component that each process was started with.
    pub async fn use_started_with(&self) -> Result<(), UpdateError> {
        self.host.use_started_with().await
    }

    /// The component in use, and what else there is.
    pub async fn component(&self) -> Result<ComponentView, HostError> {
        self.host.follow_choice().await?;
        Ok(ComponentView {
            in_use: self.host.component_in_use(),
            version: self.host.describe().await?.version,
            kept: self.host.kept_components().await?,
            uses: self.host.component_uses(20).await?,
        })
    }
}
