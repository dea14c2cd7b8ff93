//! SNS's message around a notification: its fields, the text that its signature is over, and the addresses in it that
//! may be asked.

use serde::Deserialize;
use url::Url;

/// What SNS sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum SnsMessageType {
    /// What a topic tells.
    Notification,
    /// Whether a topic may call us.
    SubscriptionConfirmation,
    /// A topic won't call us any more.
    UnsubscribeConfirmation,
}

/// SNS's message.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SnsEnvelope {
    #[serde(rename = "Type")]
    pub(super) message_type: SnsMessageType,
    pub(super) message_id: String,
    pub(super) topic_arn: String,
    pub(super) message: String,
    pub(super) timestamp: String,
    pub(super) signature_version: String,
    pub(super) signature: String,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: String,
    subject: Option<String>,
    token: Option<String>,
    #[serde(rename = "SubscribeURL")]
    subscribe_url: Option<String>,
}

impl SnsEnvelope {
    /// The text that is signed: names and values of certain fields, a line each, in the order of the alphabet.
    pub(super) fn signed_text(&self) -> String {
        let kind = match self.message_type {
            SnsMessageType::Notification => "Notification",
            SnsMessageType::SubscriptionConfirmation => "SubscriptionConfirmation",
            SnsMessageType::UnsubscribeConfirmation => "UnsubscribeConfirmation",
        };
        let is_notification = self.message_type == SnsMessageType::Notification;
        let only = |there: bool, value: &Option<String>| value.clone().filter(|_| there);
        [
            ("Message", Some(self.message.clone())),
            ("MessageId", Some(self.message_id.clone())),
            ("Subject", only(is_notification, &self.subject)),
            ("SubscribeURL", only(!is_notification, &self.subscribe_url)),
            ("Timestamp", Some(self.timestamp.clone())),
            ("Token", only(!is_notification, &self.token)),
            ("TopicArn", Some(self.topic_arn.clone())),
            ("Type", Some(kind.to_owned())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}\n{}\n", value?)))
        .collect()
    }

    /// Where the certificate is: SNS's own host of the topic's region, under the name that it gives certificates.
    pub(super) fn certificate_url(&self) -> Option<Url> {
        let url = self.amazons(&self.signing_cert_url)?;
        let name = url.path().strip_prefix("/SimpleNotificationService-")?;
        let name = name.strip_suffix(".pem")?;
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (is_name && url.query().is_none()).then_some(url)
    }

    /// Where a subscription is confirmed: the same host, for the same topic.
    pub(super) fn subscribe_url(&self) -> Option<Url> {
        let url = self.amazons(self.subscribe_url.as_deref()?)?;
        let has = |name: &str, value: &str| {
            url.query_pairs()
                .any(|(own, is)| own == name && is == value)
        };
        (url.path() == "/"
            && has("Action", "ConfirmSubscription")
            && has("TopicArn", &self.topic_arn))
        .then_some(url)
    }

    /// An address of SNS's in the topic's region.
    fn amazons(&self, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        let region = self.topic_arn.split(':').nth(3)?;
        let is_region = !region.is_empty()
            && region
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let host = url.host_str()?;
        let is_host = host == format!("sns.{region}.amazonaws.com")
            || host == format!("sns.{region}.amazonaws.com.cn");
        let is_plain = url.scheme() == "https"
            && url.port().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none();
        (is_region && is_host && is_plain).then_some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(certificate: &str, subscribe: &str) -> SnsEnvelope {
        SnsEnvelope {
            message_type: SnsMessageType::SubscriptionConfirmation,
            message_id: "1".into(),
            topic_arn: "arn:aws:sns:eu-west-1:123456789012:bounces".into(),
            message: "m".into(),
            timestamp: "2026-03-02T07:00:00.000Z".into(),
            signature_version: "2".into(),
            signature: String::new(),
            signing_cert_url: certificate.into(),
            subject: None,
            token: Some("t".into()),
            subscribe_url: Some(subscribe.into()),
        }
    }

    #[test]
    fn only_amazons_own_addresses_of_the_topics_region_are_asked() {
        let good = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a1b2c.pem";
        assert!(envelope(good, "").certificate_url().is_some());
        for bad in [
            "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a1b2c.pem",
            "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0a1b2c.pem",
            "https://s3.amazonaws.com/SimpleNotificationService-0a1b2c.pem",
            "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0a1b2c.pem",
            "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0a1b2c.pem",
            "https://a@sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a1b2c.pem",
            "https://sns.eu-west-1.amazonaws.com/other.pem",
            "https://sns.eu-west-1.amazonaws.com/x/SimpleNotificationService-0a1b2c.pem",
            "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a/../x.pem",
            "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a1b2c.pem?x=1",
            "no address",
        ] {
            assert!(envelope(bad, "").certificate_url().is_none(), "{bad}");
        }
    }

    #[test]
    fn only_the_topics_own_confirmation_is_followed() {
        let of = |subscribe: &str| envelope("", subscribe).subscribe_url().is_some();
        let topic = "TopicArn=arn:aws:sns:eu-west-1:123456789012:bounces";
        let host = "https://sns.eu-west-1.amazonaws.com";
        assert!(of(&format!(
            "{host}/?Action=ConfirmSubscription&{topic}&Token=t"
        )));
        for bad in [
            format!("{host}/?Action=DeleteTopic&{topic}"),
            format!("{host}/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:1:other"),
            format!("{host}/x?Action=ConfirmSubscription&{topic}"),
            format!("https://169.254.169.254/?Action=ConfirmSubscription&{topic}"),
        ] {
            assert!(!of(&bad), "{bad}");
        }
    }
}
