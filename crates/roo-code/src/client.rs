use std::sync::Arc;

use async_trait::async_trait;
use roo_core::{Message, MessageRequest, MessageStream, ModelInfo, Provider, ProviderExt as _, Result};

use crate::ProviderSettings;

/// A client of one provider, with a model that requests use unless they name one. Cloning shares the connections.
///
/// It is a [`Provider`] itself, so whatever takes a provider takes a client.
#[derive(Debug, Clone)]
pub struct RooClient {
    provider: Arc<dyn Provider>,
    model: String,
}

impl RooClient {
    /// A client of the provider that the settings name.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](roo_core::ErrorKind::Config), naming the first setting that is wrong. Nothing is sent yet,
    /// and what the environment has is read with the first request.
    pub fn new(settings: ProviderSettings) -> Result<Self> {
        let model = settings.model().to_owned();
        Ok(Self { provider: settings.build()?, model })
    }

    /// A client of a provider of your own.
    pub fn from_provider(provider: impl Provider + 'static, model: impl Into<String>) -> Self {
        Self { provider: Arc::new(provider), model: model.into() }
    }

    /// The model that requests use unless they name one.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The provider.
    pub fn provider(&self) -> &Arc<dyn Provider> {
        &self.provider
    }

    /// Sends a request and answers with the stream of events.
    ///
    /// # Errors
    /// See [`ErrorKind`](roo_core::ErrorKind) for what to do about each.
    pub async fn create_message(&self, request: MessageRequest) -> Result<MessageStream> {
        self.provider.create_message(self.with_model(request)).await
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// # Errors
    /// As [`create_message`](Self::create_message), and whatever ends the stream;
    /// [`Error::partial`](roo_core::Error::partial) then has what came.
    pub async fn complete(&self, request: MessageRequest) -> Result<Message> {
        self.provider.complete(self.with_model(request)).await
    }

    fn with_model(&self, mut request: MessageRequest) -> MessageRequest {
        request.model.get_or_insert_with(|| self.model.clone());
        request
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for RooClient {
    fn id(&self) -> &str {
        self.provider.id()
    }

    async fn create_message(&self, request: MessageRequest) -> Result<MessageStream> {
        Self::create_message(self, request).await
    }

    fn model_info(&self, model: &str) -> ModelInfo {
        self.provider.model_info(model)
    }

    async fn count_tokens(&self, request: &MessageRequest) -> Result<u64> {
        self.provider.count_tokens(&self.with_model(request.clone())).await
    }

    async fn list_models(&self) -> Result<Vec<ModelInfo>> {
        self.provider.list_models().await
    }
}
