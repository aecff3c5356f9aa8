/* A sound card for tests, as an ALSA plugin: takes frames at the pace of CLOCK_MONOTONIC and keeps what it played.
 *
 * In: whatever a program plays to it, and a fault file. Out: `file`, the frames that were played, raw and interleaved,
 * and `file`.idx, a line for each time that playing (re)started or changed pace:
 *     FIRST_FRAME REALTIME_NS MONOTONIC_NS FRAMES_PER_SECOND
 * so that frame n of the file played at the time of the last line with FIRST_FRAME <= n, plus (n - FIRST_FRAME) / pace.
 * A frame is written when it plays, not when it is queued: what was still queued at a stop, an underrun or a kill is not
 * in the file, as it would not have been heard.
 *
 * The fault file, looked at on every move of the play pointer, holds one of
 *     stall       nothing is played until the file goes away; no error
 *     gone        the card is unplugged: streams end, opening fails with ENODEV
 *     xrun        one underrun; the card removes the file
 *     ppm N       the crystal is N parts per million fast
 *
 * A patient card waits for a program that is late, where a real one underruns: what it played is then the same on the
 * busiest machine. The last queued frame is played once another one follows it.
 *
 * With `loop_ms N` the card can be captured as well, as if a cable led from its output to its input: a frame is heard N
 * milliseconds after it plays, and the capture's delay is told exactly.
 *
 * Configuration:
 *     pcm.NAME { type loacard file "OUT" fault "FILE" [rate 48000] [format "FLOAT_LE"] [channels 2] [patient 1]
 *                [loop_ms N] }
 * Build: gcc -O2 -Wall -Wextra -shared -fPIC -DPIC -o libasound_module_pcm_loacard.so loacard.c -lasound
 */
#define _GNU_SOURCE
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

struct card {
	snd_pcm_ioplug_t io;
	char *fault_path;
	int patient;
	int tick;               /* fires every millisecond: a program that waits for the card wakes up */
	int sound;              /* where played frames go */
	FILE *index;
	char *queue;            /* a ring of the frames that wait to be played, as large as the buffer */
	size_t frame_bytes;
	uint64_t queued;        /* frames taken since `prepare` */
	uint64_t played;        /* frames played since `prepare` */
	uint64_t kept;          /* frames in the file */
	int64_t since;          /* CLOCK_MONOTONIC when frame `since_frame` plays or played */
	uint64_t since_frame;   /* counted like `played` */
	double pace;            /* frames per second */
	enum { IDLE, PLAYING, STALLED } state;
};

static int64_t now(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

struct fault { char kind; double ppm; };

static struct fault read_fault(const struct card *card)
{
	struct fault fault = { 0, 0 };
	char text[32] = { 0 };
	int fd = card->fault_path ? open(card->fault_path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return fault;
	if (read(fd, text, sizeof text - 1) > 0) {
		fault.kind = text[0];
		if (fault.kind == 'p')
			sscanf(text, "ppm %lf", &fault.ppm);
	}
	close(fd);
	return fault;
}

/* From this instant on, frame `played` and its successors follow each other at `pace`. */
static void begin_line(struct card *card, double pace)
{
	card->since = now(CLOCK_MONOTONIC);
	card->since_frame = card->played;
	card->pace = pace;
	fprintf(card->index, "%llu %lld %lld %.6f\n", (unsigned long long)card->kept, (long long)now(CLOCK_REALTIME),
		(long long)card->since, pace);
	fflush(card->index);
}

static int keep(struct card *card, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t done = write(card->sound, bytes, size);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return -EIO;
		bytes += done;
		size -= done;
	}
	return 0;
}

/* Plays `frames` more of the queue into the file. */
static int play(struct card *card, uint64_t frames)
{
	while (frames > 0) {
		uint64_t at = card->played % card->io.buffer_size;
		uint64_t run = card->io.buffer_size - at;
		if (run > frames)
			run = frames;
		int err = keep(card, card->queue + at * card->frame_bytes, run * card->frame_bytes);
		if (err < 0)
			return err;
		card->played += run;
		card->kept += run;
		frames -= run;
	}
	return 0;
}

/* Moves to where the card is now. Negative: the queue ran empty, or the card is gone. */
static int advance(struct card *card)
{
	struct fault fault = read_fault(card);
	double pace = card->io.rate * (1.0 + (fault.kind == 'p' ? fault.ppm : 0.0) / 1e6);
	if (fault.kind == 'g')
		return -ENODEV;
	if (fault.kind == 'x') {
		unlink(card->fault_path);
		card->state = IDLE;
		return -EPIPE;
	}
	if (card->state == IDLE)
		return 0;
	if (fault.kind == 's') {
		card->state = STALLED;
		return 0;
	}
	if (card->state == STALLED) {
		if (card->patient && card->queued - card->played < 2)
			return 0;
		card->state = PLAYING;
		begin_line(card, pace);
		return 0;
	}
	double seconds = (double)(now(CLOCK_MONOTONIC) - card->since) / SECOND;
	uint64_t due = card->since_frame + (uint64_t)(seconds * card->pace);
	int empty = due >= card->queued;
	if (empty)
		due = card->patient && card->queued > 0 ? card->queued - 1 : card->queued;
	int err = due > card->played ? play(card, due - card->played) : 0;
	if (err < 0)
		return err;
	if (empty && card->patient) {
		card->state = STALLED;
		return 0;
	}
	if (empty) {
		card->state = IDLE;
		return -EPIPE;
	}
	if (pace != card->pace)
		begin_line(card, pace);
	return 0;
}

static int card_prepare(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;
	struct itimerspec every_ms = { { 0, 1000000 }, { 0, 1000000 } };
	card->state = IDLE;
	card->queued = card->played = 0;
	free(card->queue);
	card->frame_bytes = snd_pcm_format_physical_width(io->format) / 8 * io->channels;
	card->queue = calloc(io->buffer_size, card->frame_bytes);
	if (!card->queue)
		return -ENOMEM;
	/* A file of another format would make no sense from here on; one card is used with one format. */
	card->kept = lseek(card->sound, 0, SEEK_END) / card->frame_bytes;
	return timerfd_settime(card->tick, 0, &every_ms, NULL) < 0 ? -errno : 0;
}

static int card_start(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;
	struct fault fault = read_fault(card);
	card->state = fault.kind == 's' ? STALLED : PLAYING;
	if (card->state == PLAYING)
		begin_line(card, io->rate * (1.0 + (fault.kind == 'p' ? fault.ppm : 0.0) / 1e6));
	return 0;
}

static int card_stop(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;
	if (card->state == PLAYING)
		advance(card);
	card->state = IDLE;
	return 0;
}

static snd_pcm_sframes_t card_pointer(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;
	int err = advance(card);
	return err < 0 ? err : (snd_pcm_sframes_t)(card->played % io->buffer_size);
}

static snd_pcm_sframes_t card_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
				       snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
	struct card *card = io->private_data;
	const char *from = (const char *)areas->addr + areas->first / 8 + offset * card->frame_bytes;
	for (snd_pcm_uframes_t n = 0; n < size; n++, card->queued++)
		memcpy(card->queue + card->queued % io->buffer_size * card->frame_bytes, from + n * card->frame_bytes,
		       card->frame_bytes);
	return size;
}

static int card_revents(snd_pcm_ioplug_t *io, struct pollfd *fds, unsigned int count, unsigned short *revents)
{
	struct card *card = io->private_data;
	uint64_t ticks;
	(void)fds;
	(void)count;
	if (read(card->tick, &ticks, sizeof ticks) < 0 && errno != EAGAIN)
		return -errno;
	if (read_fault(card).kind == 'g') {
		*revents = POLLERR | POLLHUP;
		return 0;
	}
	snd_pcm_sframes_t room = snd_pcm_avail_update(io->pcm);
	*revents = room < 0 ? POLLERR : room > 0 ? POLLOUT : 0;
	return 0;
}

static void discard(struct card *card)
{
	if (card->index)
		fclose(card->index);
	if (card->sound >= 0)
		close(card->sound);
	if (card->tick >= 0)
		close(card->tick);
	free(card->queue);
	free(card->fault_path);
	free(card);
}

static int card_close(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;
	if (card->state == PLAYING)
		advance(card);
	discard(card);
	return 0;
}

static const snd_pcm_ioplug_callback_t CALLBACKS = {
	.start = card_start,
	.stop = card_stop,
	.pointer = card_pointer,
	.transfer = card_transfer,
	.prepare = card_prepare,
	.poll_revents = card_revents,
	.close = card_close,
};

struct settings { const char *file, *fault, *format; long rate, channels, patient, loop_ms; };

static int read_settings(snd_config_t *conf, struct settings *to)
{
	snd_config_iterator_t i, next;
	snd_config_for_each(i, next, conf) {
		snd_config_t *node = snd_config_iterator_entry(i);
		const char *id;
		if (snd_config_get_id(node, &id) < 0)
			continue;
		if (!strcmp(id, "file"))
			snd_config_get_string(node, &to->file);
		else if (!strcmp(id, "fault"))
			snd_config_get_string(node, &to->fault);
		else if (!strcmp(id, "format"))
			snd_config_get_string(node, &to->format);
		else if (!strcmp(id, "rate"))
			snd_config_get_integer(node, &to->rate);
		else if (!strcmp(id, "channels"))
			snd_config_get_integer(node, &to->channels);
		else if (!strcmp(id, "patient"))
			snd_config_get_integer(node, &to->patient);
		else if (!strcmp(id, "loop_ms"))
			snd_config_get_integer(node, &to->loop_ms);
	}
	return to->file && snd_pcm_format_value(to->format) != SND_PCM_FORMAT_UNKNOWN ? 0 : -EINVAL;
}

static int restrict_to(snd_pcm_ioplug_t *io, const struct settings *settings)
{
	unsigned int access = SND_PCM_ACCESS_RW_INTERLEAVED;
	snd_pcm_format_t format = snd_pcm_format_value(settings->format);
	unsigned int formats = format;
	unsigned int frame = snd_pcm_format_physical_width(format) / 8 * settings->channels;
	int err = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 1, &access);
	if (err >= 0)
		err = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, &formats);
	if (err >= 0)
		err = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, settings->channels, settings->channels);
	if (err >= 0)
		err = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE, settings->rate, settings->rate);
	if (err >= 0)
		err = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64 * frame, 16384 * frame);
	if (err >= 0)
		err = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 128 * frame, 65536 * frame);
	if (err >= 0)
		err = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIODS, 2, 64);
	return err;
}

static int open_files(struct card *card, const char *file)
{
	char *index = NULL;
	card->sound = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (card->sound < 0 || asprintf(&index, "%s.idx", file) < 0)
		return -EIO;
	card->index = fopen(index, "ae");
	free(index);
	card->tick = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	return card->index && card->tick >= 0 ? 0 : -EIO;
}

/* The other end of the cable. It waits for a program that is late, and for a card that writes late what it played. */
struct ear {
	snd_pcm_ioplug_t io;
	int tick, sound;
	char *index_path;
	int64_t loop;           /* nanoseconds from playing to hearing */
	int64_t since;          /* CLOCK_MONOTONIC when the first frame was heard; 0 before the start */
	uint64_t ready, taken;  /* frames heard; frames given to the program */
};

#define LATE (SECOND / 2)       /* what is not written by then was never played */

/* The frame of the file that played at an instant; -1 if none did. */
static int64_t played_at(const struct ear *ear, int64_t instant)
{
	unsigned long long first, next_first = 0;
	long long wall, mono;
	double pace;
	int64_t found = -1;
	FILE *index = fopen(ear->index_path, "re");
	if (!index)
		return -1;
	while (fscanf(index, "%llu %lld %lld %lf\n", &first, &wall, &mono, &pace) == 4) {
		if (mono > instant) {
			next_first = first;
			break;
		}
		found = first + (int64_t)((double)(instant - mono) / SECOND * pace);
	}
	fclose(index);
	return next_first > 0 && found >= (int64_t)next_first ? -1 : found;
}

static int64_t heard_frames(const struct ear *ear)
{
	return ear->since ? (now(CLOCK_MONOTONIC) - ear->since) * (int64_t)ear->io.rate / SECOND : 0;
}

static snd_pcm_sframes_t ear_pointer(snd_pcm_ioplug_t *io)
{
	struct ear *ear = io->private_data;
	uint64_t due = heard_frames(ear), most = ear->taken + io->buffer_size - 1;
	int64_t written = lseek(ear->sound, 0, SEEK_END) / 8;
	while (ear->ready < due && ear->ready < most) {
		uint64_t next = ear->ready + 48 < due ? ear->ready + 48 : due;
		int64_t at = ear->since + (int64_t)(next * SECOND / io->rate) - ear->loop;
		if (played_at(ear, at) >= written && now(CLOCK_MONOTONIC) - at < LATE + ear->loop)
			break;
		ear->ready = next < most ? next : most;
	}
	return ear->ready % io->buffer_size;
}

static int ear_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay)
{
	struct ear *ear = io->private_data;
	*delay = heard_frames(ear) - (int64_t)ear->taken;
	return 0;
}

static snd_pcm_sframes_t ear_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
				      snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
	struct ear *ear = io->private_data;
	char *to = (char *)areas->addr + areas->first / 8 + offset * 8;
	int64_t at = ear->since + (int64_t)(ear->taken * SECOND / io->rate) - ear->loop;
	int64_t from = played_at(ear, at);
	memset(to, 0, size * 8);
	if (from >= 0 && pread(ear->sound, to, size * 8, from * 8) < 0)
		return -EIO;
	ear->taken += size;
	return size;
}

static int ear_revents(snd_pcm_ioplug_t *io, struct pollfd *fds, unsigned int count, unsigned short *revents)
{
	struct ear *ear = io->private_data;
	uint64_t ticks;
	(void)fds;
	(void)count;
	if (read(ear->tick, &ticks, sizeof ticks) < 0 && errno != EAGAIN)
		return -errno;
	*revents = snd_pcm_avail_update(io->pcm) >= (snd_pcm_sframes_t)io->period_size ? POLLIN : 0;
	return 0;
}

static int ear_prepare(snd_pcm_ioplug_t *io)
{
	struct ear *ear = io->private_data;
	struct itimerspec every_ms = { { 0, 1000000 }, { 0, 1000000 } };
	ear->since = 0;
	ear->ready = ear->taken = 0;
	return timerfd_settime(ear->tick, 0, &every_ms, NULL) < 0 ? -errno : 0;
}

static int ear_start(snd_pcm_ioplug_t *io)
{
	((struct ear *)io->private_data)->since = now(CLOCK_MONOTONIC);
	return 0;
}

static int ear_stop(snd_pcm_ioplug_t *io)
{
	((struct ear *)io->private_data)->since = 0;
	return 0;
}

static int ear_close(snd_pcm_ioplug_t *io)
{
	struct ear *ear = io->private_data;
	close(ear->tick);
	close(ear->sound);
	free(ear->index_path);
	free(ear);
	return 0;
}

static const snd_pcm_ioplug_callback_t EAR_CALLBACKS = {
	.start = ear_start,
	.stop = ear_stop,
	.pointer = ear_pointer,
	.transfer = ear_transfer,
	.prepare = ear_prepare,
	.delay = ear_delay,
	.poll_revents = ear_revents,
	.close = ear_close,
};

static int open_ear(snd_pcm_t **pcmp, const char *name, int mode, const struct settings *settings)
{
	struct ear *ear = calloc(1, sizeof *ear);
	if (!ear)
		return -ENOMEM;
	ear->loop = settings->loop_ms * (SECOND / 1000);
	ear->sound = open(settings->file, O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
	ear->tick = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (ear->sound < 0 || ear->tick < 0 || asprintf(&ear->index_path, "%s.idx", settings->file) < 0) {
		free(ear);
		return -EIO;
	}
	ear->io.version = SND_PCM_IOPLUG_VERSION;
	ear->io.name = "input of the sound card for tests";
	ear->io.callback = &EAR_CALLBACKS;
	ear->io.private_data = ear;
	ear->io.poll_fd = ear->tick;
	ear->io.poll_events = POLLIN;
	int err = snd_pcm_ioplug_create(&ear->io, name, SND_PCM_STREAM_CAPTURE, mode);
	if (err < 0) {
		free(ear);
		return err;
	}
	err = restrict_to(&ear->io, settings);
	if (err < 0) {
		snd_pcm_ioplug_delete(&ear->io); /* calls ear_close */
		return err;
	}
	*pcmp = ear->io.pcm;
	return 0;
}

SND_PCM_PLUGIN_DEFINE_FUNC(loacard)
{
	struct settings settings = { .format = "FLOAT_LE", .rate = 48000, .channels = 2, .loop_ms = -1 };
	(void)root;
	int err = read_settings(conf, &settings);
	if (err < 0)
		return err;
	if (stream == SND_PCM_STREAM_CAPTURE)
		return settings.loop_ms < 0 ? -ENODEV : open_ear(pcmp, name, mode, &settings);
	struct card *card = calloc(1, sizeof *card);
	if (!card)
		return -ENOMEM;
	card->tick = card->sound = -1;
	card->patient = settings.patient != 0;
	card->fault_path = settings.fault ? strdup(settings.fault) : NULL;
	err = read_fault(card).kind == 'g' ? -ENODEV : open_files(card, settings.file);
	if (err < 0) {
		discard(card);
		return err;
	}
	card->io.version = SND_PCM_IOPLUG_VERSION;
	card->io.name = "sound card for tests";
	card->io.callback = &CALLBACKS;
	card->io.private_data = card;
	card->io.poll_fd = card->tick;
	card->io.poll_events = POLLIN;
	err = snd_pcm_ioplug_create(&card->io, name, stream, mode);
	if (err < 0) {
		discard(card);
		return err;
	}
	err = restrict_to(&card->io, &settings);
	if (err < 0) {
		snd_pcm_ioplug_delete(&card->io); /* calls card_close */
		return err;
	}
	*pcmp = card->io.pcm;
	return 0;
}

SND_PCM_PLUGIN_SYMBOL(loacard);
