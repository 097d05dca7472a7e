// How does one phone on this page hear and speak? A plain WebRTC connection to the emulator.

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

// Connects a phone; answers {sentence, speak(on), listen(on), close()} or throws.
export async function connect(phone, player) {
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
  return {
    peer,
    canSpeak: Boolean(track),
    sentence: track ? "" : "No microphone: you hear this phone, and cannot be heard.",
    speak(on) { if (track) track.enabled = on; },
    listen(on) { player.muted = !on; },
    close() { if (track) track.stop(); peer.close(); player.srcObject = null; },
  };
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
