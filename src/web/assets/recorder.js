// Records from the microphone into a WAV of one channel, 16 bits: `loa.recorder(box, worklet, taken)` puts its buttons into
// `box` and hands the finished file to `taken`. The recording lies in the browser until then.
(function () {
  'use strict';
  var loa = window.loa, element = loa.element;
  var LONGEST_S = 3600;

  function why(error) {
    if (!window.isSecureContext || !navigator.mediaDevices) {
      return loa.pick('Trình duyệt chỉ cho ghi âm khi trang được mở ngay trên máy phát thanh (địa chỉ 127.0.0.1 hoặc localhost) hoặc qua https. Hãy ghi âm bằng điện thoại hay máy ghi âm rồi chọn tệp.',
        'Browsers record only on the station itself (address 127.0.0.1 or localhost) or over https. Record with a phone or recorder and choose the file.');
    }
    switch (error && error.name) {
      case 'NotAllowedError': case 'SecurityError':
        return loa.pick('Trình duyệt chưa được phép dùng micrô. Bấm vào biểu tượng ổ khoá hoặc micrô cạnh địa chỉ, chọn Cho phép, rồi bấm Ghi âm lại.',
          'The browser may not use the microphone. Press the lock or microphone beside the address, allow it, and record again.');
      case 'NotFoundError': case 'DevicesNotFoundError':
        return loa.pick('Không thấy micrô nào. Hãy cắm micrô vào máy rồi bấm Ghi âm lại.', 'There is no microphone. Plug one in and record again.');
      case 'NotReadableError': case 'TrackStartError':
        return loa.pick('Micrô đang được chương trình khác dùng. Hãy đóng chương trình đó rồi bấm Ghi âm lại.', 'Another program uses the microphone. Close it and record again.');
      default:
        return loa.pick('Không ghi âm được trên trình duyệt này. Hãy ghi bằng điện thoại hay máy ghi âm rồi chọn tệp.', 'This browser cannot record. Record with a phone or recorder and choose the file.');
    }
  }

  function wav(blocks, rate) {
    var samples = 0;
    blocks.forEach(function (block) { samples += block.length; });
    var head = new DataView(new ArrayBuffer(44));
    function text(at, words) { for (var i = 0; i < words.length; i++) head.setUint8(at + i, words.charCodeAt(i)); }
    text(0, 'RIFF'); head.setUint32(4, 36 + samples * 2, true); text(8, 'WAVEfmt ');
    head.setUint32(16, 16, true); head.setUint16(20, 1, true); head.setUint16(22, 1, true);
    head.setUint32(24, rate, true); head.setUint32(28, rate * 2, true); head.setUint16(32, 2, true); head.setUint16(34, 16, true);
    text(36, 'data'); head.setUint32(40, samples * 2, true);
    return new Blob([head.buffer].concat(blocks.map(function (block) { return block.buffer; })), { type: 'audio/wav' });
  }

  function two(number) { return (number < 10 ? '0' : '') + number; }

  function name() {
    var now = new Date();
    return loa.pick('Ghi âm ', 'Recording ') + now.getFullYear() + '-' + two(now.getMonth() + 1) + '-' + two(now.getDate()) + ' ' + two(now.getHours()) + '.' + two(now.getMinutes()) + '.wav';
  }

  // Returns a function that begins to record.
  loa.recorder = function (box, worklet, taken) {
    var context = null, stream = null, source = null, listener = null, blocks = [], frames = 0, rate = 48000, state = 'idle', starting = false;
    var time = element('p', '0:00', 'recorder-time num'), level = element('meter'), state_words = element('p', '', 'recorder-state'), row = element('div', '', 'row');
    var pause = element('button', ''), stop = element('button', loa.pick('■ Xong', '■ Done'), 'primary'), again = element('button', loa.pick('Ghi lại từ đầu', 'Record again'));
    var use = element('button', loa.pick('✓ Dùng bản ghi này', '✓ Use this recording'), 'primary'), away = element('button', loa.pick('Bỏ', 'Leave it')), heard = element('audio'), fault = element('p', '', 'notice bad');
    level.min = 0; level.max = 1; level.low = 0.02; level.high = 0.97; level.optimum = 0.4;
    level.setAttribute('aria-label', loa.pick('Mức âm thanh từ micrô', 'Level of the microphone'));
    heard.controls = true; fault.setAttribute('role', 'alert'); state_words.setAttribute('role', 'status');
    [state_words, time, level, heard, fault, row].forEach(function (each) { box.appendChild(each); });
    [pause, stop, use, again, away].forEach(function (each) { row.appendChild(each); });

    function show() {
      var records = state === 'recording' || state === 'paused';
      state_words.textContent = { recording: loa.pick('● Đang ghi âm…', '● Recording…'), paused: loa.pick('Đang tạm dừng', 'Paused'), done: loa.pick('Đã ghi xong, hãy nghe lại', 'Done, listen to it') }[state] || '';
      box.classList.toggle('on', state === 'recording');
      pause.textContent = state === 'paused' ? loa.pick('● Ghi tiếp', '● Go on') : loa.pick('❚❚ Tạm dừng', '❚❚ Pause');
      pause.hidden = stop.hidden = level.hidden = time.hidden = !records;
      heard.hidden = use.hidden = state !== 'done';
      again.hidden = !(state === 'done' || state === 'failed');
      fault.hidden = state !== 'failed';
      away.hidden = state === 'idle';
    }

    function hear(block) {
      if (state !== 'recording') return;
      var peak = 0, whole = new Int16Array(block.length);
      for (var i = 0; i < block.length; i++) {
        var sample = Math.max(-1, Math.min(1, block[i]));
        if (Math.abs(sample) > peak) peak = Math.abs(sample);
        whole[i] = Math.round(sample * 32767);
      }
      blocks.push(whole);
      frames += block.length;
      level.value = peak;
      var seconds = Math.floor(frames / rate);
      time.textContent = Math.floor(seconds / 60) + ':' + two(seconds % 60);
      if (seconds >= LONGEST_S) finish();
    }

    function close() {
      if (listener) { listener.disconnect(); listener = null; }
      if (source) { source.disconnect(); source = null; }
      if (stream) stream.getTracks().forEach(function (track) { track.stop(); });
      if (context) context.close();
      stream = context = null;
    }

    function fail(error) {
      close();
      state = 'failed';
      fault.textContent = why(error);
      show();
    }

    // An old browser has no worklet.
    function connect() {
      if (context.audioWorklet && window.AudioWorkletNode) {
        return context.audioWorklet.addModule(worklet).then(function () {
          listener = new AudioWorkletNode(context, 'listener', { numberOfOutputs: 0 });
          listener.port.onmessage = function (event) { hear(event.data); };
          source.connect(listener);
        });
      }
      listener = context.createScriptProcessor(4096, 1, 1);
      listener.onaudioprocess = function (event) { hear(new Float32Array(event.inputBuffer.getChannelData(0))); };
      source.connect(listener);
      listener.connect(context.destination);
      return Promise.resolve();
    }

    function begin() {
      if (starting) return;
      close();
      blocks = []; frames = 0; time.textContent = '0:00'; level.value = 0;
      if (heard.src) { URL.revokeObjectURL(heard.src); heard.removeAttribute('src'); }
      box.hidden = false;
      if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) { fail(null); return; }
      starting = true;
      navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false } }).then(function (got) {
        stream = got;
        var Context = window.AudioContext || window.webkitAudioContext;
        try { context = new Context({ sampleRate: 48000 }); source = context.createMediaStreamSource(stream); } catch (e) { context = new Context(); source = context.createMediaStreamSource(stream); }
        rate = context.sampleRate;
        // A microphone that is pulled out ends the recording; what was recorded stays.
        stream.getAudioTracks()[0].addEventListener('ended', function () { if (state === 'recording' || state === 'paused') finish(); });
        return connect();
      }).then(function () { starting = false; state = 'recording'; show(); pause.focus(); }, function (error) { starting = false; fail(error); });
    }

    function finish() {
      close();
      state = 'done';
      heard.src = URL.createObjectURL(wav(blocks, rate));
      show();
      use.focus();
    }

    pause.addEventListener('click', function () { state = state === 'paused' ? 'recording' : 'paused'; show(); });
    stop.addEventListener('click', finish);
    again.addEventListener('click', begin);
    away.addEventListener('click', function () { close(); state = 'idle'; blocks = []; box.hidden = true; show(); });
    use.addEventListener('click', function () {
      var file = wav(blocks, rate);
      state = 'idle'; box.hidden = true; blocks = [];
      show();
      taken(file, name());
    });
    // A recording that was not used is lost with the page: the browser asks.
    window.addEventListener('beforeunload', function (event) {
      if (state === 'recording' || state === 'paused' || state === 'done') { event.preventDefault(); event.returnValue = ''; }
    });
    show();
    return begin;
  };
})();
