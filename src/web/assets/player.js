// The outline above a player becomes a slider: a click or the keyboard goes to that place. Without this the browser's own
// controls play all the same.
(function () {
  'use strict';
  var loa = window.loa;

  function clock(seconds) {
    var whole = Math.floor(seconds), s = whole % 60, m = Math.floor(whole / 60) % 60, h = Math.floor(whole / 3600);
    return (h ? h + ':' + (m < 10 ? '0' : '') : '') + m + ':' + (s < 10 ? '0' : '') + s;
  }

  loa.player = function (box) {
    if (box.getAttribute('data-ready')) return;
    box.setAttribute('data-ready', '1');
    var audio = box.querySelector('audio'), slider = box.querySelector('.wave-slider'), past = box.querySelector('.wave-past');
    var picture = box.querySelector('.wave img');
    if (!audio || !slider) return;
    slider.hidden = false;
    past.hidden = false;
    if (picture) picture.addEventListener('error', function () { picture.hidden = true; });

    function show() {
      var all = isFinite(audio.duration) ? audio.duration : 0, at = audio.currentTime;
      past.style.width = all ? (at / all * 100) + '%' : '0';
      slider.setAttribute('aria-valuemax', Math.round(all));
      slider.setAttribute('aria-valuenow', Math.round(at));
      slider.setAttribute('aria-valuetext', clock(at) + ' / ' + clock(all));
    }
    function go(seconds) {
      if (!isFinite(audio.duration)) return;
      audio.currentTime = Math.max(0, Math.min(audio.duration, seconds));
      show();
    }
    ['timeupdate', 'loadedmetadata', 'durationchange', 'seeked'].forEach(function (name) { audio.addEventListener(name, show); });
    slider.addEventListener('click', function (event) {
      var place = slider.getBoundingClientRect();
      go((event.clientX - place.left) / place.width * audio.duration);
    });
    slider.addEventListener('keydown', function (event) {
      var all = audio.duration || 0, at = audio.currentTime;
      switch (event.key) {
        case 'ArrowRight': case 'ArrowUp': go(at + 5); break;
        case 'ArrowLeft': case 'ArrowDown': go(at - 5); break;
        case 'PageUp': go(at + 30); break;
        case 'PageDown': go(at - 30); break;
        case 'Home': go(0); break;
        case 'End': go(all - 3); break;
        case ' ': case 'Enter': if (audio.paused) audio.play(); else audio.pause(); break;
        default: return;
      }
      event.preventDefault();
    });
    // Two sounds at once are understood by nobody.
    audio.addEventListener('play', function () {
      Array.prototype.forEach.call(document.querySelectorAll('audio'), function (other) { if (other !== audio) other.pause(); });
    });
    show();
  };

  // A player made by script, for a sound that came in a moment ago.
  loa.newPlayer = function (sha256, title) {
    var box = document.createElement('figure'), wave = document.createElement('div'), img = document.createElement('img');
    var past = document.createElement('div'), slider = document.createElement('div'), audio = document.createElement('audio');
    box.className = 'player'; wave.className = 'wave';
    img.src = '/api/sound/' + sha256 + '/waveform.svg'; img.alt = ''; img.width = 800; img.height = 100;
    past.className = 'wave-past';
    slider.className = 'wave-slider'; slider.tabIndex = 0;
    slider.setAttribute('role', 'slider');
    slider.setAttribute('aria-label', loa.pick('Vị trí đang nghe: ', 'Place in the sound: ') + title);
    slider.setAttribute('aria-valuemin', '0');
    audio.controls = true; audio.preload = 'metadata'; audio.src = '/api/sound/' + sha256;
    wave.appendChild(img); wave.appendChild(past); wave.appendChild(slider);
    box.appendChild(wave); box.appendChild(audio);
    loa.player(box);
    return box;
  };

  Array.prototype.forEach.call(document.querySelectorAll('[data-player]'), loa.player);
})();
