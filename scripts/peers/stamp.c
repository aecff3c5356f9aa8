/* Keeps what comes on standard input, and when it came.
 *
 * usage: parec ... | stamp FILE
 * In: raw sound. Out: FILE with the same bytes, and FILE.idx with two 64-bit integers for each piece that arrived: how many
 * bytes there were in all by then, and CLOCK_REALTIME in nanoseconds. What the bytes mean is for the reader to know.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int keep(int fd, const void *bytes, size_t size)
{
	for (const char *from = bytes; size > 0;) {
		ssize_t done = write(fd, from, size);
		if (done <= 0)
			return -1;
		from += done;
		size -= done;
	}
	return 0;
}

int main(int count, char **words)
{
	static char piece[65536];
	char index_path[4096];
	int64_t line[2] = { 0, 0 };
	if (count != 2 || snprintf(index_path, sizeof index_path, "%s.idx", words[1]) >= (int)sizeof index_path)
		return 2;
	int sound = open(words[1], O_WRONLY | O_CREAT | O_TRUNC, 0644);
	int index = open(index_path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (sound < 0 || index < 0)
		return 1;
	for (;;) {
		ssize_t got = read(0, piece, sizeof piece);
		struct timespec now;
		clock_gettime(CLOCK_REALTIME, &now);
		if (got <= 0)
			return got < 0;
		line[0] += got;
		line[1] = now.tv_sec * 1000000000LL + now.tv_nsec;
		if (keep(sound, piece, got) < 0 || keep(index, line, sizeof line) < 0)
			return 1;
	}
}
