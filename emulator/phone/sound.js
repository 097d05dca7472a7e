// How does one phone on this page hear and speak? A plain WebRTC connection to the emulator.

const PATIENCE_MS = 5000;
const NO_MICROPHONE = "No microphone: you hear this phone, and cannot be heard.";
const NOTHING_ARRIVES = "Captions only: no sound gets through between this browser and the emulator. ";
let microphone = null;

// One microphone for the whole page; null where there is none or the person said no.
async function openMicrophone() {
  if (microphone && microphone.active) return microphone;
  try {
    microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    microphone = null;
  }
  return microphone;
}

// Connects a phone; answers {canSpeak, speak(on), listen(on), close()} or throws. `tells` is called
// with what the person should know about the sound, and with nothing when all is well.
export async function connect(phone, player, tells) {
  const stream = await openMicrophone();
  const peer = new RTCPeerConnection({ iceServers: [] });
  const track = stream && stream.getAudioTracks()[0].clone();
  peer.addTransceiver(track || "audio", { direction: track ? "sendrecv" : "recvonly" });
  peer.addEventListener("track", (event) => {
    player.srcObject = new MediaStream([event.track]);
    player.play().catch(() => {});
  });
  await peer.setLocalDescription();
  await gathered(peer);
  const answer = await fetch(`calls/${phone}/sound`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sdp: peer.localDescription.sdp }),
  });
  if (!answer.ok) {
    peer.close();
    throw new Error(await answer.text());
  }
  await peer.setRemoteDescription({ type: "answer", sdp: (await answer.json()).sdp });
  watch(peer, track ? "" : NO_MICROPHONE, tells);
  return {
    peer,
    canSpeak: Boolean(track),
    speak(on) { if (track) track.enabled = on; },
    listen(on) { player.muted = !on; },
    close() { if (track) track.stop(); peer.close(); player.srcObject = null; },
  };
}

// Says so when sound cannot pass: where there is only a loopback interface, or a firewall.
function watch(peer, usual, tells) {
  const look = () => {
    if (peer.connectionState === "connected") tells(usual);
    if (peer.connectionState === "failed") tells(NOTHING_ARRIVES + usual);
  };
  tells(usual);
  peer.addEventListener("connectionstatechange", look);
  setTimeout(() => {
    if (["new", "connecting"].includes(peer.connectionState)) tells(NOTHING_ARRIVES + usual);
  }, PATIENCE_MS);
}

// A connection to this very machine has its addresses at once; 1 s is for a slow one.
function gathered(peer) {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState === "complete") resolve();
    });
    setTimeout(resolve, 1000);
  });
}
