// Where does the softphone signal when there is no certificate on this machine?
// The SDK always says wss://. On this machine's own addresses, and nowhere else, plain ws:// will do.
const Genuine = globalThis.WebSocket;
const local = /^wss:\/\/(localhost|127\.0\.0\.1|\[::1\])(?=[:/])/;
globalThis.WebSocket = class extends Genuine {
  constructor(url, ...rest) { super(String(url).replace(local, "ws://$1"), ...rest); }
};
