use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use roo_aws::{AwsConfig, Region, Service};
use roo_core::{
    Error, MessageRequest, MessageStart, MessageStream, ModelInfo, Provider, Result, Warning, WarningKind,
};

use crate::answer::{self, Reading};
use crate::client::{Call, Client, EVENT_STREAM, JSON, label};
use crate::learned::Learned;
use crate::model::{ModelFacts, ModelId, ModelTable};
use crate::request::{CachePlan, ConverseRequest, Target, check_model};
use crate::settings::BedrockBuilder;
use crate::stream::ConverseStream;
use crate::wire_request::WireRequest;
use crate::{PROVIDER, Repair, error};

/// The most that is read of an answer that comes in one piece, in bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// A client of Amazon Bedrock. Cloning shares connections, credentials, and what models were found to refuse.
#[derive(Debug, Clone)]
pub struct Bedrock {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    client: Client,
    settings: ClientSettings,
    learned: Learned,
}

/// What is set once for all requests of a client.
#[derive(Debug, Clone)]
pub(crate) struct ClientSettings {
    pub(crate) streaming: bool,
    pub(crate) repair: Repair,
    pub(crate) learning: bool,
    pub(crate) inference_profiles: bool,
    pub(crate) models: Cow<'static, ModelTable>,
}

/// A request lowered for its model and region.
struct Prepared {
    model: ModelId,
    region: Region,
    converse: ConverseRequest,
    reading: Reading,
}

impl Bedrock {
    /// A client whose settings are to be given.
    pub fn builder() -> BedrockBuilder {
        BedrockBuilder::new()
    }

    pub(crate) fn new(aws: AwsConfig, settings: ClientSettings) -> Self {
        Self { inner: Arc::new(Inner { client: Client::new(aws), settings, learned: Learned::default() }) }
    }

    /// The AWS configuration: whose credentials, which region, which endpoint.
    pub fn aws(&self) -> &AwsConfig {
        &self.inner.client.aws
    }

    pub(crate) fn client(&self) -> &Client {
        &self.inner.client
    }

    /// Whether credentials or an API key are configured anywhere, without sending anything to Bedrock.
    ///
    /// # Errors
    /// As the first request would fail if what is configured is broken.
    pub async fn has_identity(&self) -> Result<bool> {
        let outcome = self.aws().has_identity(&Service::BEDROCK_RUNTIME).await;
        outcome.map_err(|error| error.with_provider(PROVIDER))
    }

    /// What is known about a model: the table's facts, and what this client found the model to refuse.
    pub fn model_facts(&self, model: &str) -> ModelFacts {
        let Inner { settings, learned, .. } = &*self.inner;
        let mut facts = settings.models.facts(&ModelId::parse(model)).into_owned();
        learned.apply(model, &mut facts);
        facts
    }

    /// Where a request ends cacheable prefixes, without sending it.
    ///
    /// # Errors
    /// As the request would be refused locally.
    pub fn cache_plan(&self, request: &MessageRequest) -> Result<CachePlan> {
        let model = check_model(request.model.as_deref()).map_err(|error| error.with_provider(PROVIDER))?;
        let converse = self.lower(request, &model).map_err(|error| error.with_provider(PROVIDER))?;
        Ok(converse.cache)
    }

    /// The request as it would be sent, without sending it. Credentials are not needed; where there are any, the
    /// headers are those of a signed request, with what is secret hidden.
    ///
    /// # Errors
    /// As the request would fail before it is sent, but for missing credentials.
    pub async fn to_wire(&self, request: &MessageRequest) -> Result<WireRequest> {
        let wire = async {
            let prepared = self.prepare(request).await?;
            let call = call(&prepared.model, &prepared.converse);
            let has_identity = self.aws().has_identity(&Service::BEDROCK_RUNTIME).await.unwrap_or(false);
            let outgoing = self.inner.client.outgoing(call, &prepared.region, has_identity).await?;
            Ok(WireRequest::new(outgoing, &prepared.model, &prepared.region))
        };
        wire.await.map_err(|error: Error| error.with_provider(PROVIDER))
    }

    /// The request for the model that is called, which may be an inference profile of the one that was named.
    async fn prepare(&self, request: &MessageRequest) -> Result<Prepared> {
        let Inner { client, settings, .. } = &*self.inner;
        let named = check_model(request.model.as_deref())?;
        let region = client.region(&named).await?;
        let facts = self.model_facts(named.as_str());
        let profile = facts.profile_for(region.as_str()).filter(|_| {
            // Only a bare id can stand for its profile.
            settings.inference_profiles && named.base() == Some(named.as_str())
        });
        let model = profile.map_or_else(|| named.clone(), |profile| ModelId::parse(&profile));
        let mut converse = self.lower(request, &named)?;
        if model != named {
            let why = format!("called through the inference profile {}", model.as_str());
            converse.warnings.push(Warning::new(WarningKind::Changed, why).at("/model"));
        }
        if named.region().is_some()
            && client.aws.region().await.is_ok_and(|configured| configured.value != region)
        {
            let why = format!("sent to {region}, the region of the ARN");
            converse.warnings.push(Warning::new(WarningKind::Changed, why).at("/model"));
        }
        let reading = Reading {
            names: converse.names.clone(),
            structured: converse.structured.clone(),
            counts_cached_input: facts.input_tokens_include_cached == Some(true),
        };
        Ok(Prepared { model, region, converse, reading })
    }

    pub(crate) fn lower(&self, request: &MessageRequest, model: &ModelId) -> Result<ConverseRequest> {
        let Inner { settings, learned, .. } = &*self.inner;
        let facts = self.model_facts(model.as_str());
        let target = Target {
            facts: &facts,
            kind: model.kind(),
            streaming: settings.streaming,
            repair: settings.repair,
            betas_refused: learned.refuses_betas(model.as_str()),
        };
        ConverseRequest::new(request, target)
    }

    async fn converse(&self, request: &MessageRequest) -> Result<MessageStream> {
        let Inner { settings, learned, .. } = &*self.inner;
        let model = request.model.as_deref().unwrap_or_default();
        let mut refused = None;
        loop {
            let prepared = match (self.prepare(request).await, refused.take()) {
                (Ok(prepared), Some((body, feature, refusal))) if prepared.converse.body == body => {
                    learned.forget(model, feature);
                    return Err(refusal);
                }
                // The part must not be left out: then the refusal says more than that.
                (Err(_), Some((.., refusal))) => return Err(refusal),
                (prepared, _) => prepared?,
            };
            let body = prepared.converse.body.clone();
            match self.attempt(prepared).await {
                // A refusal that names a part of the request is learned from once; then the part is left out.
                Err(error) if settings.learning => match learned.learn(model, &error) {
                    Some(feature) => refused = Some((body, feature, error)),
                    None => return Err(error),
                },
                outcome => return outcome,
            }
        }
    }

    async fn attempt(&self, prepared: Prepared) -> Result<MessageStream> {
        let Prepared { model, region, converse, reading } = prepared;
        let (head, body) = self.inner.client.send(call(&model, &converse), &region).await?;
        let request_id = error::request_id(&head.headers).map(str::to_owned);
        let mut start = MessageStart::new().with_model(model.as_str()).with_warnings(converse.warnings);
        start.request_id.clone_from(&request_id);

        let origin = answer::origin(model.as_str());
        let marked = |error: Error| match &request_id {
            Some(request_id) => error.with_request_id(request_id),
            None => error,
        };
        let stream = if converse.streaming {
            let mut events = ConverseStream::new(
                body,
                start,
                reading,
                model.as_str().to_owned(),
                region.as_str().to_owned(),
            );
            // Until the first event is there the service may still refuse.
            let first = events.next().await.transpose().map_err(marked)?;
            MessageStream::new(origin, stream::iter(first.map(Ok)).chain(events))
        } else {
            let body = body.collect(MAX_ANSWER_BYTES).await.map_err(marked)?;
            let events = answer::read_whole(&body, start, reading)
                .map_err(|error| error::from_unreadable(error, head.status, &head.headers, &body))?;
            MessageStream::from_events(origin, events)
        };
        Ok(match request_id {
            Some(request_id) => stream.with_request_id(request_id),
            None => stream,
        })
    }
}

fn call(model: &ModelId, converse: &ConverseRequest) -> Call {
    let (operation, wanted) =
        if converse.streaming { ("converse-stream", EVENT_STREAM) } else { ("converse", JSON) };
    let target = format!("/model/{}/{operation}", label(model.as_str()));
    Call::post(target, converse.body.clone(), wanted, model.as_str())
}

#[async_trait]
impl Provider for Bedrock {
    fn id(&self) -> &str {
        PROVIDER
    }

    async fn create_message(&self, request: MessageRequest) -> Result<MessageStream> {
        self.converse(&request).await.map_err(|error| error.with_provider(PROVIDER))
    }

    fn model_info(&self, model: &str) -> ModelInfo {
        let mut info = ModelInfo::from(&self.model_facts(model));
        info.id = model.to_owned();
        info
    }

    /// Counts what [`create_message`](Provider::create_message) would send, by
    /// [CountTokens](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html). Nothing is
    /// charged. Not every model can be asked: then this is an
    /// [`ErrorKind::InvalidRequest`](roo_core::ErrorKind::InvalidRequest).
    async fn count_tokens(&self, request: &MessageRequest) -> Result<u64> {
        self.count_converse_tokens(request).await.map_err(|error| error.with_provider(PROVIDER))
    }

    /// Every id that a request can name in the configured region: the models that are called by their own id, then the
    /// inference profiles, each with what is known about its model. A model that is called through profiles alone is
    /// there under their ids.
    async fn list_models(&self) -> Result<Vec<ModelInfo>> {
        self.list_callable_models().await.map_err(|error| error.with_provider(PROVIDER))
    }
}
