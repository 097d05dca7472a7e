// On localhost nothing speaks TLS: wss://localhost becomes ws://localhost. Load before the voice SDK.
(() => {
  const local = /^wss:\/\/(localhost|127\.0\.0\.1|\[::1\])(?=[:/])/;
  globalThis.WebSocket = class extends globalThis.WebSocket {
    constructor(url, ...rest) { super(String(url).replace(local, "ws://$1"), ...rest); }
  };
})();
