package music

import "fmt"

// How many there are of each. Every list is longer than what one page or one
// request for ids without a cap would suggest.
const (
	users     = 40
	artists   = 60
	songs     = 400
	playlists = 25
	listens   = 20
	// perPlaylist is how many songs a playlist has.
	perPlaylist = 45
)

type user struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	AvatarURL string `json:"avatar_url"`
}

type artist struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type song struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	StreamURL string   `json:"stream_url"`
	ArtistIDs []string `json:"artist_ids"`
}

type playlist struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	CreatedBy string `json:"createdBy"`
	songs     []string
}

// listen is one entry of service 2, which calls things its own way.
type listen struct {
	UserID     string  `json:"userId"`
	SongID     string  `json:"songId"`
	PlaylistID *string `json:"playlistId"`
}

var (
	firstNames = []string{"Ada", "Grace", "Edsger", "Barbara", "Alan", "Radia", "Donald", "Frances", "Niklaus", "Hedy"}
	lastNames  = []string{"Lovelace", "Hopper", "Dijkstra", "Liskov", "Turing", "Perlman", "Knuth", "Allen", "Wirth", "Lamarr"}
	adjectives = []string{"Quiet", "Electric", "Golden", "Midnight", "Paper", "Northern", "Hollow", "Velvet"}
	nouns      = []string{"River", "Signal", "Garden", "Engine", "Harbour", "Mirror", "Orchard", "Lantern"}
)

// world is the data of both services.
type world struct {
	users     map[string]user
	artists   map[string]artist
	songs     map[string]song
	playlists []playlist
	listens   []listen
}

func newWorld() *world {
	w := &world{users: map[string]user{}, artists: map[string]artist{}, songs: map[string]song{}}
	for i := range users {
		u := user{ID: fmt.Sprintf("u%d", i), Name: firstNames[i%10] + " " + lastNames[(i*7+i/10)%10]}
		u.AvatarURL = "https://img.example.com/" + u.ID + ".png"
		w.users[u.ID] = u
	}
	for i := range artists {
		a := artist{ID: fmt.Sprintf("a%d", i), Name: "The " + adjectives[i%8] + " " + nouns[(i/8+i)%8] + "s"}
		w.artists[a.ID] = a
	}
	for i := range songs {
		s := song{ID: fmt.Sprintf("s%d", i), Title: fmt.Sprintf("%s %s No. %d", adjectives[(i*3)%8], nouns[(i*5+1)%8], i)}
		s.StreamURL = "https://stream.example.com/" + s.ID
		for k := range 1 + i%3 {
			s.ArtistIDs = append(s.ArtistIDs, fmt.Sprintf("a%d", (i*11+k*17)%artists))
		}
		w.songs[s.ID] = s
	}
	for i := range playlists {
		p := playlist{ID: fmt.Sprintf("p%d", i), Name: nouns[i%8] + " mix", CreatedBy: fmt.Sprintf("u%d", (i*3)%users)}
		for k := range perPlaylist {
			p.songs = append(p.songs, fmt.Sprintf("s%d", (i*37+k*7)%songs))
		}
		w.playlists = append(w.playlists, p)
	}
	for i := range listens {
		l := listen{UserID: fmt.Sprintf("u%d", (i*7+1)%users), SongID: fmt.Sprintf("s%d", (i*19)%songs)}
		if i%3 != 0 {
			id := fmt.Sprintf("p%d", (i*5)%playlists)
			l.PlaylistID = &id
		}
		w.listens = append(w.listens, l)
	}
	// Services keep ids of what others have deleted.
	w.listens[4].SongID = "GARBAGE_ID"
	return w
}
