// Channels: what an item costs on its way from one goroutine to another. The
// figures are those of horo_channel.c. Those between threads are measured with
// two processors, all others with one.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

// Both run at once; nanoseconds for each of `count` times.
func measure(count int, one func(int), other func(int)) float64 {
	var ended sync.WaitGroup
	start := time.Now()
	for _, run := range []func(int){one, other} {
		if run == nil {
			continue
		}
		run := run
		ended.Add(1)
		go func() {
			defer ended.Done()
			run(count)
		}()
	}
	ended.Wait()
	return float64(time.Since(start).Nanoseconds()) / float64(count)
}

func queueNS(room int, count int) float64 {
	there := make(chan int64, room)
	return measure(count, func(times int) {
		for i := 0; i < times; i++ {
			there <- int64(i)
		}
	}, func(times int) {
		for i := 0; i < times; i++ {
			<-there
		}
	})
}

func stepNS(count int) float64 {
	there := make(chan int64, 128)
	return measure(count, func(times int) {
		for i := 0; i < times; i++ {
			there <- int64(i)
			<-there
		}
	}, nil)
}

func pingpongNS(count int) float64 {
	there := make(chan int64)
	back := make(chan int64)
	return measure(count, func(times int) {
		for i := 0; i < times; i++ {
			there <- int64(i)
			<-back
		}
	}, func(times int) {
		for i := 0; i < times; i++ {
			back <- <-there
		}
	})
}

func selectNS(room int, count int) float64 {
	there := make(chan int64, room)
	back := make(chan int64, room)
	return measure(count, func(times int) {
		for i := 0; i < times; i++ {
			there <- int64(i)
		}
	}, func(times int) {
		for i := 0; i < times; i++ {
			select {
			case <-back:
			case <-there:
			}
		}
	})
}

func main() {
	runtime.GOMAXPROCS(1)
	fmt.Printf("{\"queue_step_ns\": %.2f, \"queue_ns\": %.2f, "+
		"\"queue_1_ns\": %.2f, \"rendezvous_ns\": %.2f, "+
		"\"pingpong_ns\": %.2f, \"select_2_ns\": %.2f, "+
		"\"select_2_rendezvous_ns\": %.2f, ",
		stepNS(10000000), queueNS(128, 10000000), queueNS(1, 2000000),
		queueNS(0, 2000000), pingpongNS(2000000), selectNS(128, 5000000),
		selectNS(0, 2000000))
	runtime.GOMAXPROCS(2)
	fmt.Printf("\"threads_queue_ns\": %.2f, \"threads_pingpong_ns\": %.2f}\n",
		queueNS(128, 2000000), pingpongNS(500000))
}
