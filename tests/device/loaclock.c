/* A wall clock that a test sets, for LD_PRELOAD: the machine's own plus a number of nanoseconds, and the kernel's word on
 * whether it is synchronised. The monotonic clock stays what it is.
 *
 * In: LOA_TEST_CLOCK, a file of two 64-bit numbers: the nanoseconds, and 1 if the kernel is to call the clock
 * synchronised. It is mapped, so a test that writes it steps the clock of a running program at once. Out: clock_gettime,
 * gettimeofday and adjtimex as a machine with that clock would answer them.
 *
 * Build: gcc -O2 -Wall -Wextra -shared -fPIC -o loaclock.so loaclock.c
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

struct clock { int64_t ahead_ns, synchronised; };

static const volatile struct clock *set;

__attribute__((constructor)) static void map_the_file(void)
{
	const char *path = getenv("LOA_TEST_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *at = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *set, PROT_READ, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		abort(); /* a test that believes in a clock that is not there would prove nothing */
	set = at;
	close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *to)
{
	int err = syscall(SYS_clock_gettime, clock, to);
	if (err == 0 && set && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
		int64_t ns = to->tv_sec * SECOND + to->tv_nsec + set->ahead_ns;
		to->tv_sec = ns / SECOND;
		to->tv_nsec = ns % SECOND;
	}
	return err;
}

int gettimeofday(struct timeval *restrict to, void *restrict zone)
{
	struct timespec now;
	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	to->tv_sec = now.tv_sec;
	to->tv_usec = now.tv_nsec / 1000;
	return 0;
}

int adjtimex(struct timex *to)
{
	int unset = !set || !set->synchronised;
	memset(to, 0, sizeof *to);
	to->status = unset ? STA_UNSYNC : 0;
	return unset ? TIME_ERROR : TIME_OK;
}
