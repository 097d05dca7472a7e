// The smallest page that holds the genuine SDK: the test drives it and reads what happened.
const SOUNDS = ["incoming", "outgoing", "disconnect", "dtmfs", "dtmfh",
  ...Array.from({ length: 10 }, (_, digit) => `dtmf${digit}`)];

window.happened = [];
const note = (what) => window.happened.push(what);

window.build = (token, host, more = {}) => {
  const device = new Twilio.Device(token, {
    chunderw: host,
    publishEvents: false,
    codecPreferences: ["opus", "pcmu"],
    maxCallSignalingTimeoutMs: 30000,
    enableImprovedSignalingErrorPrecision: true,
    sounds: Object.fromEntries(SOUNDS.map((name) => [name, "/quiet.wav"])),
    ...more,
  });
  window.device = device;
  ["registered", "unregistered", "tokenWillExpire"].forEach((name) => device.on(name, () => note(name)));
  device.on("error", (error) => note(`error ${error.code}`));
  device.on("incoming", (call) => { note("incoming"); watch(call); });
};

window.watch = (call) => {
  window.call = call;
  ["accept", "cancel", "disconnect", "reject", "reconnecting", "reconnected"].forEach((name) => {
    call.on(name, () => note(name));
  });
  call.on("ringing", (early) => note(`ringing ${early}`));
  call.on("error", (error) => note(`call error ${error.code}`));
  call.on("messageReceived", (message) => note(`message ${JSON.stringify(message.content)}`));
};

window.dial = async (params) => {
  const began = performance.now();
  const call = await device.connect({ params });
  watch(call);
  await new Promise((resolve) => { call.on("accept", resolve); });
  return performance.now() - began;
};

// --- how long things take, in milliseconds ---

const since = async (what) => {
  const began = performance.now();
  await what();
  return performance.now() - began;
};

// Until the call is accepted, and until sound can flow.
window.connects = async (params) => {
  const began = performance.now();
  const accepted = await dial(params);
  const { pc } = call._mediaHandler.version;
  await new Promise((resolve) => {
    const look = () => { if (pc.connectionState === "connected") resolve(); };
    pc.addEventListener("connectionstatechange", look);
    look();
  });
  return [accepted, performance.now() - began];
};

window.registers = () => since(() => device.register());

window.picksUp = () => since(() => new Promise((resolve) => {
  call.on("accept", resolve);
  call.accept();
}));

// --- what the line is made of ---

// The codecs of the sound that arrives.
window.codecs = async () => {
  const stats = [...(await call._mediaHandler.version.pc.getStats()).values()];
  const arriving = stats.filter(({ type, kind }) => type === "inbound-rtp" && kind === "audio");
  return arriving.map(({ codecId }) => stats.find(({ id }) => id === codecId).mimeType);
};

window.preflight = (token, chunderw) => new Promise((resolve, reject) => {
  const test = Twilio.Device.runPreflight(token, {
    chunderw, codecPreferences: ["opus", "pcmu"], fakeMicInput: false, iceServers: [],
  });
  test.on("completed", resolve);
  test.on("failed", (error) => reject(new Error(`${error.code} ${error.message}`)));
});
