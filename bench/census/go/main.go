// A census in Go, as its users would write it: so many goroutines, net/http,
// Go's own resolver asking one name server. Hosts come on standard input; the
// counts of Server products leave as a dictionary.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

func newClient(resolver string) *http.Client {
	dialer := &net.Dialer{Resolver: &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, resolver)
		},
	}}
	return &http.Client{
		Timeout: 10 * time.Second,
		Transport: &http.Transport{
			DialContext:       dialer.DialContext,
			DisableKeepAlives: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// The product in an answer's Server field: nginx of "nginx/1.22.1 (Debian)".
func ask(client *http.Client, url string) string {
	response, err := client.Get(url)
	if err != nil {
		return "error: " + err.Error()
	}
	defer response.Body.Close()
	server := response.Header.Get("Server")
	if end := strings.IndexAny(server, "/ "); end >= 0 {
		server = server[:end]
	}
	if server == "" {
		return "(none)"
	}
	return server
}

func main() {
	if len(os.Args) != 4 {
		log.Fatalf("usage: %s RESOLVER PORT CONCURRENCY", os.Args[0])
	}
	client, port := newClient(os.Args[1]), os.Args[2]
	concurrency, err := strconv.Atoi(os.Args[3])
	if err != nil || concurrency < 1 {
		log.Fatalf("%s is not a number of goroutines", os.Args[3])
	}
	hosts := make(chan string)
	products := make(chan string)
	var workers sync.WaitGroup
	for i := 0; i < concurrency; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for host := range hosts {
				products <- ask(client, "http://"+host+":"+port+"/")
			}
		}()
	}
	go func() {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			hosts <- lines.Text()
		}
		close(hosts)
		workers.Wait()
		close(products)
	}()
	counts := map[string]int{}
	for product := range products {
		counts[product]++
	}
	json.NewEncoder(os.Stdout).Encode(counts)
}
