/* Deferred acceptance as plainly as it can be written: the floor that the benchmark compares with.
   Everybody's wishes stand one after the other, best first; each place keeps what it holds in a heap, its last on top. */

#include <stdint.h>
#include <stdlib.h>

static void rise(int32_t *heap, int32_t number, int32_t wish, const int32_t *order) {
    while (number > 0 && order[heap[(number - 1) / 2]] < order[wish]) {
        heap[number] = heap[(number - 1) / 2];
        number = (number - 1) / 2;
    }
    heap[number] = wish;
}

static void sink(int32_t *heap, int32_t count, int32_t wish, const int32_t *order) {
    int32_t number = 0;
    for (int32_t below = 1; below < count; below = 2 * number + 1) {
        if (below + 1 < count && order[heap[below + 1]] > order[heap[below]]) below++;
        if (order[heap[below]] <= order[wish]) break;
        heap[number] = heap[below];
        number = below;
    }
    heap[number] = wish;
}

/* Writes the wishes that come true to `taken`, as many as there are seats at most; their number. */
int32_t gale_shapley(int32_t candidates, int32_t places, const int32_t *first, const int32_t *candidate, const int32_t *place,
                     const int32_t *order, const int32_t *capacity, int32_t *taken) {
    int32_t *desks = malloc((places + 1) * sizeof *desks), *held = calloc(places, sizeof *held);
    int32_t *following = malloc(candidates * sizeof *following), count = 0;
    desks[0] = 0;
    for (int32_t at = 0; at < places; at++) desks[at + 1] = desks[at] + capacity[at];
    int32_t *heap = malloc((desks[places] + 1) * sizeof *heap);
    for (int32_t one = 0; one < candidates; one++) following[one] = first[one];
    for (int32_t one = 0; one < candidates; one++) {
        int32_t asking = one;
        while (following[asking] < first[asking + 1]) {
            int32_t wish = following[asking]++, at = place[wish];
            int32_t *desk = heap + desks[at];
            if (held[at] < capacity[at]) {
                rise(desk, held[at]++, wish, order);
                break;
            }
            int32_t top = desk[0];
            if (order[wish] < order[top]) {
                sink(desk, held[at], wish, order);
                asking = candidate[top];
            }
        }
    }
    for (int32_t at = 0; at < places; at++)
        for (int32_t number = 0; number < held[at]; number++) taken[count++] = heap[desks[at] + number];
    free(desks), free(held), free(following), free(heap);
    return count;
}
