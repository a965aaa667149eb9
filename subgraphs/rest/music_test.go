package rest

import (
	"fmt"
	"testing"
)

func describe(u *Upstream) []string {
	var out []string
	for _, f := range u.Facets() {
		line := f.Name + ": "
		if f.RootField != "" {
			line += f.RootType + "." + f.RootField
		} else {
			line += f.Type + "{" + f.Key + "}"
		}
		if f.Batch {
			line += fmt.Sprintf(" batch %d", f.Max)
		}
		if f.Drop {
			line += " drop"
		}
		for _, g := range f.Gives {
			line += " " + g.Type + "("
			for i, field := range g.Fields {
				if i > 0 {
					line += " "
				}
				if field.External {
					line += "~"
				}
				line += field.Name
				if field.Provides != "" {
					line += "<" + field.Provides + ">"
				}
			}
			line += ")"
		}
		if f.Provides != "" {
			line += " entry<" + f.Provides + ">"
		}
		out = append(out, line)
	}
	return out
}

func TestMusicFacets(t *testing.T) {
	same(t, "facets", describe(compiled(t, musicSDL, musicSpec())), []string{
		"Query.currentUser: Query.currentUser Query(currentUser) UserProfile(name avatarUrl)",
		"Query.playlists: Query.playlists Query(playlists) UserProfile(id) Playlist(id name createdBy)",
		"UserProfile: UserProfile{id} batch 200 UserProfile(id name avatarUrl)",
		"Playlist: Playlist{id} batch 200 UserProfile(id) Playlist(id name createdBy)",
		"Song: Song{id} batch 200 Song(id title streamUrl artists) Artist(id)",
		"Artist: Artist{id} batch 200 Artist(id name)",
		"Playlist.songs: Playlist{id} batch 200 Playlist(songs) Song(id title streamUrl artists) Artist(id)",
	})
}
