// Three sounds that nobody mixes up, with and without a network: two rising notes for what was taken, a wavering one where
// somebody has to look, a low and long one for what was not.
self.playTone = (() => {
  const NOTES = { go: [[880, 0, 0.09], [1320, 0.1, 0.16]], wait: [[620, 0, 0.12], [520, 0.16, 0.12], [620, 0.32, 0.12]], stop: [[170, 0, 0.55]] };
  const SHAKES = { go: [60], wait: [60, 60, 60], stop: [300] };
  let sound;
  return (tone, mute = false) => {
    navigator.vibrate?.(SHAKES[tone]);
    if (mute) return;
    try {
      sound ||= new AudioContext();
      sound.resume();
      for (const [pitch, from, long] of NOTES[tone]) {
        const note = sound.createOscillator();
        const loud = sound.createGain();
        note.type = tone === "stop" ? "square" : "sine";
        note.frequency.value = pitch;
        loud.gain.value = 0.12;
        note.connect(loud).connect(sound.destination);
        note.start(sound.currentTime + from);
        note.stop(sound.currentTime + from + long);
      }
    } catch { /* a browser without sound still shows word and colour */ }
  };
})();
