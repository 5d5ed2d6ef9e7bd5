//! A tab of a browser, used as a person would: by its fields and buttons.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::browser::Browser;

/// The most of a page that a picture shows, pixels.
const TALLEST: f64 = 2200.0;

/// A page in a browser.
pub struct Tab<'b> {
    browser: &'b mut Browser,
    session: String,
}

impl<'b> Tab<'b> {
    /// Opens a page and waits until it is loaded.
    pub fn open(browser: &'b mut Browser, url: &str) -> Result<Self, String> {
        let target = browser.call(None, "Target.createTarget", json!({ "url": "about:blank" }))?;
        let attached = browser.call(
            None,
            "Target.attachToTarget",
            json!({ "targetId": target["targetId"], "flatten": true }),
        )?;
        let session = attached["sessionId"].as_str().unwrap_or_default();
        let session = session.to_owned();
        let mut tab = Self { browser, session };
        for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
            tab.call(domain, json!({}))?;
        }
        tab.go(url)?;
        Ok(tab)
    }

    /// Goes to a page and waits until it is loaded.
    pub fn go(&mut self, url: &str) -> Result<(), String> {
        let loaded = self.call("Page.navigate", json!({ "url": url }))?;
        if let Some(why) = loaded.get("errorText") {
            return Err(format!("{url}: {why}"));
        }
        // It may run no scripts that could tell.
        while self.evaluate("document.readyState")? != "complete" {}
        Ok(())
    }

    /// From now on pages run no scripts of theirs.
    pub fn forbid_scripts(&mut self) -> Result<(), String> {
        let params = json!({ "value": true });
        self.call("Emulation.setScriptExecutionDisabled", params)?;
        Ok(())
    }

    /// Shows the page as paper does.
    pub fn print(&mut self) -> Result<(), String> {
        self.call("Emulation.setEmulatedMedia", json!({ "media": "print" }))?;
        Ok(())
    }

    /// Shows the page so wide, in colours of this scheme.
    pub fn look(&mut self, width: u32, scheme: &str) -> Result<(), String> {
        let feature = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": feature }))?;
        let metrics =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", metrics)?;
        Ok(())
    }

    /// Presses a key that has a name.
    pub fn press(&mut self, key: &str) -> Result<(), String> {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            "Tab" => (9, ""),
            _ => return Err(format!("no key {key}")),
        };
        for kind in ["keyDown", "keyUp"] {
            let params = json!({
                "type": kind, "key": key, "code": key, "text": text,
                "windowsVirtualKeyCode": code, "nativeVirtualKeyCode": code,
            });
            self.call("Input.dispatchKeyEvent", params)?;
        }
        Ok(())
    }

    fn call(&mut self, method: &str, params: Value) -> Result<Value, String> {
        let session = self.session.clone();
        self.browser.call(Some(&session), method, params)
    }

    /// The value of an expression, waited for if it is a promise.
    pub fn evaluate(&mut self, expression: &str) -> Result<Value, String> {
        let params = json!({
            "expression": expression,
            "awaitPromise": true,
            "returnByValue": true,
        });
        let mut answer = self.call("Runtime.evaluate", params)?;
        match answer.get("exceptionDetails") {
            Some(details) => Err(format!("{expression}: {details}")),
            None => Ok(answer["result"]["value"].take()),
        }
    }

    /// Clicks at the middle of what a selector finds.
    pub fn click(&mut self, selector: &str) -> Result<(), String> {
        let place = self.evaluate(&format!(
            "(() => {{ const found = document.querySelector({});
               found.scrollIntoView({{ block: 'center' }});
               const box = found.getBoundingClientRect();
               return [box.x + box.width / 2, box.y + box.height / 2]; }})()",
            json!(selector)
        ))?;
        for (kind, buttons) in [("mousePressed", 1), ("mouseReleased", 0)] {
            let params = json!({
                "type": kind, "x": place[0], "y": place[1],
                "button": "left", "buttons": buttons, "clickCount": 1,
            });
            self.call("Input.dispatchMouseEvent", params)?;
        }
        Ok(())
    }

    /// Types into a field in place of what stands there.
    pub fn type_into(&mut self, selector: &str, text: &str) -> Result<(), String> {
        self.click(selector)?;
        self.evaluate(&format!(
            "document.querySelector({}).select()",
            json!(selector)
        ))?;
        self.call("Input.insertText", json!({ "text": text }))?;
        Ok(())
    }

    /// Waits until a selector finds something.
    pub fn wait_for(&mut self, selector: &str) -> Result<(), String> {
        self.evaluate(&format!(
            "new Promise((resolve) => {{
               const look = () => document.querySelector({}) && resolve(true);
               new MutationObserver(look)
                 .observe(document, {{ subtree: true, childList: true, attributes: true }});
               look();
             }})",
            json!(selector)
        ))?;
        Ok(())
    }

    /// What went wrong in the page's own script, or was refused by its policy.
    pub fn faults(&self) -> Vec<String> {
        let events = self.browser.events.iter();
        let faults = events.filter(|event| {
            let is_thrown = event["method"] == "Runtime.exceptionThrown";
            let entry = &event["params"]["entry"];
            is_thrown || entry["source"] == "security" || entry["source"] == "javascript"
        });
        faults.map(ToString::to_string).collect()
    }

    /// Saves how the page looks, from its top, so wide.
    pub fn photograph(&mut self, path: &Path, width: u32, scheme: &str) -> Result<(), String> {
        self.look(width, scheme)?;
        self.evaluate("window.scrollTo(0, 0)")?;
        let size = self.call("Page.getLayoutMetrics", json!({}))?;
        let height = size["cssContentSize"]["height"]
            .as_f64()
            .unwrap_or_default();
        let picture = self.call(
            "Page.captureScreenshot",
            json!({
                "format": "png",
                "captureBeyondViewport": true,
                "clip": { "x": 0, "y": 0, "width": width, "height": height.min(TALLEST), "scale": 1 },
            }),
        )?;
        let data = picture["data"].as_str().unwrap_or_default();
        let octets = BASE64_STANDARD
            .decode(data)
            .map_err(|error| error.to_string())?;
        fs::write(path, octets).map_err(|error| error.to_string())
    }
}
