// Echo in Go: a goroutine per connection, each with its own buffer, blocking
// calls on top of the runtime's netpoller. Go sets TCP_NODELAY by itself.
package main

import (
	"fmt"
	"log"
	"net"
	"os"
)

const readMax = 64 * 1024

func echo(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, readMax)
	for {
		length, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err := connection.Write(buffer[:length]); err != nil {
			return
		}
	}
}

func main() {
	if len(os.Args) != 2 {
		log.Fatalf("usage: %s PORT", os.Args[0])
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("PORT %d\n", listener.Addr().(*net.TCPAddr).Port)
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go echo(connection)
	}
}
