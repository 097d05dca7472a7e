// Instead of a microphone: one pure tone (window.tone, Hz). And an ear that measures one.
window.tone = window.tone || 440;
navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext();
  const oscillator = new OscillatorNode(context, { frequency: window.tone });
  const quieter = new GainNode(context, { gain: 0.3 });
  const out = context.createMediaStreamDestination();
  oscillator.connect(quieter).connect(out);
  oscillator.start();
  window.mouths.push(quieter.gain);
  return out.stream;
};
window.mouths = [];
let ear = null;
// Decibels at one pitch in a stream, relative to full scale; -200 is nothing at all.
window.loudness = (stream, pitch) => {
  if (!stream || !stream.getAudioTracks().length) return -200;
  if (!ear || ear.stream !== stream) {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(stream).connect(analyser);
    ear = { stream, context, analyser };
  }
  const bins = new Float32Array(ear.analyser.frequencyBinCount);
  ear.analyser.getFloatFrequencyData(bins);
  const at = Math.round(pitch * ear.analyser.fftSize / ear.context.sampleRate);
  return Math.max(-200, ...bins.slice(at - 2, at + 3));
};

// Milliseconds from the mouth of this page to its own ear, through a line that echoes.
window.mouthToEar = async (stream) => {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 256 });
  context.createMediaStreamSource(stream).connect(analyser);
  const wave = new Float32Array(analyser.fftSize);
  const isLoud = () => {
    analyser.getFloatTimeDomainData(wave);
    return wave.some((sample) => Math.abs(sample) > 0.02);
  };
  const soon = () => new Promise((resolve) => { setTimeout(resolve, 1); });
  const say = (gain) => window.mouths.forEach((mouth) => { mouth.value = gain; });
  say(0);
  for (let quiet = performance.now(); performance.now() - quiet < 300;) {
    await soon();
    if (isLoud()) quiet = performance.now();
  }
  const began = performance.now();
  say(0.3);
  while (!isLoud() && performance.now() - began < 5000) await soon();
  const took = performance.now() - began;
  await context.close();
  return took;
};
